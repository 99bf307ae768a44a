/// GetObjectPropValue (MTP 1.1 E.2.3), GetObjectPropsSupported (E.2.1) and GetObjectPropDesc (E.2.2).
///
/// ```
/// GetObjectPropValue        parameters: object, property   data: the value
/// GetObjectPropsSupported   parameter: format              data: UINT16[]
/// GetObjectPropDesc         parameters: property, format   data: ObjectPropDesc
/// ```
extension Session {
  /// The value of an object's property.
  ///
  /// - Parameter type: The property's type, because the value does not tell it.
  public func objectPropertyValue(
    _ property: ObjectPropertyCode, of object: ObjectHandle, as type: DataType
  ) async throws(MTPError) -> PropertyValue {
    try require(.getObjectPropValue)
    return try await fetch(
      Request(
        operation: .getObjectPropValue,
        parameters: [object.rawValue, UInt32(property.rawValue)])
    ) { dataset throws(DatasetError) in
      try PropertyValue(parsing: dataset, as: type)
    }
  }

  /// The properties that objects of a format have.
  public func objectProperties(
    of format: ObjectFormat
  ) async throws(MTPError) -> [ObjectPropertyCode] {
    try require(.getObjectPropsSupported)
    return try await fetch(
      Request(operation: .getObjectPropsSupported, parameters: [UInt32(format.rawValue)]),
      parse: CodeArray.parse16
    ).map(ObjectPropertyCode.init)
  }

  /// What the player says about a property of objects of a format.
  public func objectPropertyDescription(
    _ property: ObjectPropertyCode, of format: ObjectFormat
  ) async throws(MTPError) -> ObjectPropertyDescription {
    try require(.getObjectPropDesc)
    return try await fetch(
      Request(
        operation: .getObjectPropDesc,
        parameters: [UInt32(property.rawValue), UInt32(format.rawValue)])
    ) { dataset throws(DatasetError) in
      try ObjectPropertyDescription(parsing: dataset)
    }
  }
}
