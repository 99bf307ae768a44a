// The body of a key store is records, one after the other, little-endian:
//
//   offset  size  field
//        0     2  type: 1 device, 2 user or group; any other is kept, byte for byte, and not read
//        2     2  zero
//        4     4  n, bytes of the content
//        8     n  content
enum KeyRecord: Sendable {
  case device(DeviceRecord)
  case holder(HolderRecord)
  /// Of a later version.
  case other(header: [UInt8], content: SecretBytes)

  static let headerSize = 8
  static let deviceType: UInt16 = 1
  static let holderType: UInt16 = 2

  /// Reads a whole body.
  ///
  /// - Throws: ``KeyError/Code/damaged`` when it is not a whole number of sound records;
  ///   ``KeyError/Code/full`` when there are more than ``KeyStoreLayout/maximumRecords``.
  static func decode(_ body: Span<UInt8>) throws(KeyError) -> [KeyRecord] {
    var records: [KeyRecord] = []
    var devices: Set<DeviceID> = []
    var holders: Set<HolderID> = []
    var offset = 0
    while offset < body.count {
      guard records.count < KeyStoreLayout.maximumRecords else { throw full }
      guard body.count - offset >= headerSize else { throw malformed }
      let length = Int(body.littleEndian32(at: offset + 4))
      guard length <= body.count - offset - headerSize else { throw malformed }
      let start = offset + headerSize
      let content = body.extracting(start..<start + length)
      let header = body.bytes(at: offset, count: headerSize)
      switch body.littleEndian16(at: offset) {
      case deviceType:
        guard body.isZero(at: offset + 2, count: 2) else { throw malformed }
        let device = try DeviceRecord(decoding: content)
        guard devices.insert(device.id).inserted else { throw malformed }
        records.append(.device(device))
      case holderType:
        guard body.isZero(at: offset + 2, count: 2) else { throw malformed }
        let holder = try HolderRecord(decoding: content)
        guard holders.insert(holder.id).inserted else { throw malformed }
        records.append(.holder(holder))
      default:
        records.append(.other(header: header, content: try SecretBytes(copying: content)))
      }
      offset = start + length
    }
    return records
  }

  /// The body that ``decode(_:)`` reads.
  static func encode(_ records: [KeyRecord]) throws(KeyError) -> SecretBytes {
    guard records.count <= KeyStoreLayout.maximumRecords else { throw full }
    let size = records.reduce(0) { $0 + headerSize + $1.contentSize }
    return try SecretBytes(count: size) { body throws(KeyError) in
      var offset = 0
      for record in records {
        let start = offset + headerSize
        switch record {
        case .device(let device):
          body.store(deviceType, at: offset)
          body.store(UInt32(truncatingIfNeeded: record.contentSize), at: offset + 4)
          try device.encode(into: &body, at: start)
        case .holder(let holder):
          body.store(holderType, at: offset)
          body.store(UInt32(truncatingIfNeeded: record.contentSize), at: offset + 4)
          try holder.encode(into: &body, at: start)
        case .other(let header, let content):
          body.store(header.span, at: offset)
          content.withBytes { body.store($0, at: start) }
        }
        offset = start + record.contentSize
      }
    }
  }

  private var contentSize: Int {
    switch self {
    case .device(let device): device.encodedSize
    case .holder(let holder): holder.encodedSize
    case .other(_, let content): content.count
    }
  }

  static var malformed: KeyError {
    KeyError(.damaged, "the key store's records contradict themselves; restore a backup")
  }

  private static var full: KeyError {
    KeyError(
      .full, "a key store holds at most \(KeyStoreLayout.maximumRecords) records; remove some")
  }
}
