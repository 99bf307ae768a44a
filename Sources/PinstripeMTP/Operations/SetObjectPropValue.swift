/// SetObjectPropValue (MTP 1.1 E.2.4).
///
/// ```
/// parameters: object, property   data to the player: the value
/// ```
extension Session {
  /// Changes an object's property.
  public func setObjectPropertyValue(
    _ property: ObjectPropertyCode, of object: ObjectHandle, to value: PropertyValue
  ) async throws(MTPError) {
    try require(.setObjectPropValue)
    try await put(
      Request(
        operation: .setObjectPropValue,
        parameters: [object.rawValue, UInt32(property.rawValue)]),
      dataset: value.encoded)
  }

  /// Gives an object another file name.
  ///
  /// - Throws: ``MTPError/Code/notSupported`` for players without it (`Quirk.noRename`);
  ///   ``MTPError/Code/invalidArgument`` for names that MTP cannot carry.
  public func rename(_ object: ObjectHandle, to name: String) async throws(MTPError) {
    try checkName(name, .setObjectPropValue)
    try await setObjectPropertyValue(.objectFileName, of: object, to: .string(name))
  }

  /// Refuses names that MTP cannot carry; what a player cannot hold is its profile's matter.
  func checkName(_ name: String, _ operation: OperationCode) throws(MTPError) {
    let length = name.utf16.count
    guard length > 0, length <= DatasetWriter.maximumStringLength, !name.utf16.contains(0),
      !name.utf16.contains(0x2F)
    else {
      throw MTPError(
        .invalidArgument, operation: operation,
        reason: "a name has 1 to 254 characters, and no slash: “\(name)”")
    }
  }
}
