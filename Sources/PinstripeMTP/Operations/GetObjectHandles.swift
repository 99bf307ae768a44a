/// GetObjectHandles (MTP 1.1 D.2.7).
///
/// ```
/// parameter 1: storage, or 0xFFFF_FFFF for all of them
/// parameter 2: format, or 0 for all of them
/// parameter 3: folder; 0xFFFF_FFFF: the root; 0: wherever they are
/// data: UINT32[]
/// ```
extension Session {
  /// The objects of a folder, in the player's order, each once.
  ///
  /// - Parameters:
  ///   - format: Only objects of this format; many players refuse anything but nil.
  ///   - parent: The folder; ``ObjectHandle/root``, or ``ObjectHandle/none`` for every object of the
  ///     storage.
  public func objectHandles(
    storage: StorageID, format: ObjectFormat? = nil, parent: ObjectHandle = .root
  ) async throws(MTPError) -> [ObjectHandle] {
    let numbers = try await fetch(
      Request(
        operation: .getObjectHandles,
        parameters: [storage.rawValue, UInt32(format?.rawValue ?? 0), parent.rawValue]),
      parse: CodeArray.parse32)
    var seen: Set<UInt32> = []
    return numbers.filter { seen.insert($0).inserted }.map(ObjectHandle.init)
  }
}
