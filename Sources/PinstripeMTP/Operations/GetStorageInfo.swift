/// GetStorageIDs (MTP 1.1 D.2.4) and GetStorageInfo (D.2.5).
///
/// ```
/// GetStorageIDs    no parameters          data: UINT32[]
/// GetStorageInfo   parameter 1: storage   data: StorageInfo
/// ```
extension Session {
  /// The storages that are there: those whose lower half is 0 are empty slots and left out (MTP 1.1
  /// §5.2.1).
  ///
  /// Each is named once.
  public func storageIDs() async throws(MTPError) -> [StorageID] {
    let numbers = try await fetch(
      Request(operation: .getStorageIDs), parse: CodeArray.parse32)
    var seen: Set<UInt32> = []
    return numbers.filter { $0 & 0xFFFF != 0 && seen.insert($0).inserted }
      .map(StorageID.init)
  }

  /// Describes a storage; its free space, too.
  public func storageInfo(_ storage: StorageID) async throws(MTPError) -> StorageInfo {
    try await fetch(
      Request(operation: .getStorageInfo, parameters: [storage.rawValue])
    ) { dataset throws(DatasetError) in
      try StorageInfo(parsing: dataset)
    }
  }
}
