import PinstripeProfile

/// GetObjectInfo (MTP 1.1 D.2.8).
///
/// ```
/// parameter 1: object   data: ObjectInfo
/// ```
extension Session {
  /// Describes an object.
  ///
  /// Its size is cut to 32 bits there; ``objectSize(_:info:)`` tells the whole.
  public func objectInfo(_ object: ObjectHandle) async throws(MTPError) -> ObjectInfo {
    try await fetch(
      Request(operation: .getObjectInfo, parameters: [object.rawValue])
    ) { dataset throws(DatasetError) in
      try ObjectInfo(parsing: dataset)
    }
  }

  /// The size of an object in bytes.
  ///
  /// Asks for the 64-bit property only when the 32 bits of `info` were not enough
  /// (MTP 1.1 §5.3.1.3) or cannot be believed (`Quirk.wrappedSize`), and nil is the answer when the
  /// player does not have it then.
  public func objectSize(
    _ object: ObjectHandle, info: ObjectInfo
  ) async throws(MTPError) -> UInt64? {
    let mayBeWrapped = profile.quirks.contains(.wrappedSize) && !info.isFolder
    guard info.compressedSize == .max || mayBeWrapped else { return UInt64(info.compressedSize) }
    guard offers(.getObjectPropValue) else { return nil }
    return try await objectPropertyValue(.objectSize, of: object, as: .uint64).unsigned
  }
}
