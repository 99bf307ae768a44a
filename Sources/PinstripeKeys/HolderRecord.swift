// User or group record, little-endian:
//
//   offset  size  field
//        0    16  id of the user or group
//       16     2  recipient: 2 user, 3 group
//       18     2  k, number of generations, 1 to 1024
//       20    12  zero
//       32    32  name, UTF-8, padded with zeros
//       64  40·k  generations, ascending:
//                      0   4  generation, from 1 on
//                      4   4  zero
//                      8  32  key
struct HolderRecord: Sendable {
  private static let fixedSize = 64
  private static let generationSize = 40

  struct Generation: Sendable {
    var number: UInt32
    var secret: SecretBytes
  }

  var id: HolderID
  var kind: SharedKey.Kind
  var name: String
  /// Ascending, never empty.
  var generations: [Generation]

  init(_ key: SharedKey) {
    id = key.id
    kind = key.kind
    name = key.name
    generations = [Generation(number: key.generation, secret: key.secret)]
  }

  var encodedSize: Int { Self.fixedSize + generations.count * Self.generationSize }

  init(decoding bytes: Span<UInt8>) throws(KeyError) {
    let count = Int(bytes.littleEndian16(at: 18))
    guard (1...SharedKey.maximumGenerations).contains(count),
      bytes.count == Self.fixedSize + count * Self.generationSize,
      let kind = SharedKey.Kind(rawValue: UInt32(bytes.littleEndian16(at: 16))),
      bytes.isZero(at: 20, count: 12)
    else { throw KeyRecord.malformed }
    id = HolderID(known: bytes.bytes(at: 0, count: 16))
    self.kind = kind
    name = try DeviceName.decode(bytes.extracting(32..<64))
    generations = []
    for index in 0..<count {
      let offset = Self.fixedSize + index * Self.generationSize
      let number = bytes.littleEndian32(at: offset)
      guard number > generations.last?.number ?? 0, bytes.isZero(at: offset + 4, count: 4)
      else { throw KeyRecord.malformed }
      let secret = try SecretBytes(copying: bytes.extracting(offset + 8..<offset + 40))
      generations.append(Generation(number: number, secret: secret))
    }
  }

  func encode(into body: inout MutableSpan<UInt8>, at start: Int) throws(KeyError) {
    body.store(id.bytes.span, at: start)
    body.store(UInt16(truncatingIfNeeded: kind.rawValue), at: start + 16)
    body.store(UInt16(truncatingIfNeeded: generations.count), at: start + 18)
    let name = try DeviceName.encode(name)
    body.store(name.span, at: start + 32)
    for (index, generation) in generations.enumerated() {
      let offset = start + Self.fixedSize + index * Self.generationSize
      body.store(generation.number, at: offset)
      generation.secret.withBytes { body.store($0, at: offset + 8) }
    }
  }
}
