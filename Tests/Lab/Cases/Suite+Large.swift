import PinstripeMTP

/// An object that 32 bits cannot count, both ways; the player keeps only its size, and gives zeros back.
extension Suite {
  /// 4 GiB and a part of a packet.
  private static let size: UInt64 = 4 << 30 + 12_345

  func large() async throws {
    try await withRig { rig in
      await check(
        "an object of more than 4 GiB goes there and back", needs: ["sizes-64", "delete"]
      ) {
        let object = try await rig.session.upload(
          ObjectInfo(filename: "large", format: .undefined, size: 0), to: rig.storage,
          length: Self.size
        ) { $0.count }
        let stored = try await rig.session.objectSize(
          object, info: try await rig.session.objectInfo(object))
        var count: UInt64 = 0
        var isZero = true
        try await rig.session.getObject(object, size: Self.size) { bytes in
          count += UInt64(bytes.count)
          isZero = isZero && bytes.first == 0 && bytes.last == 0
        }
        try await rig.session.deleteObject(object)
        return stored == Self.size && count == Self.size && isZero
      }
    }
  }
}
