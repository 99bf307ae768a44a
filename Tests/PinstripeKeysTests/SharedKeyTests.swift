import PinstripeCore
import Testing

@testable import PinstripeKeys

struct SharedKeyTests {
  let key: SharedKey
  let file: [UInt8]

  init() throws {
    key = try SharedKey.make(.user, name: "Ann")
    file = try key.encoded().withBytes { $0.bytes(at: 0, count: $0.count) }
  }

  func refusal(_ bytes: [UInt8]) -> KeyError? {
    do throws(KeyError) {
      _ = try SharedKey(decoding: bytes.span)
      return nil
    } catch {
      return error
    }
  }

  @Test func readsWhatItWrote() throws {
    for kind in SharedKey.Kind.allCases {
      let (id, secret) = (try HolderID.random(), try SystemRandom.secret())
      let key = try SharedKey(
        id: id, kind: kind, generation: .max, name: String(repeating: "n", count: 32),
        secret: secret)
      let file = try key.encoded().withBytes { $0.bytes(at: 0, count: $0.count) }
      let again = try SharedKey(decoding: file.span)
      #expect(again.id == key.id && again.kind == kind && again.generation == .max)
      #expect(again.name == key.name && again.secret.equals(key.secret))
    }
  }

  @Test func liesAsDocumented() throws {
    #expect(file.count == 128)
    #expect(file[..<8] == [0x89, 0x50, 0x53, 0x55, 0x0D, 0x0A, 0x1A, 0x0A])
    #expect(file[8..<16] == [1, 0, 0, 0, 1, 0, 0, 0])
    #expect(Array(file[16..<32]) == key.id.bytes)
    #expect(Array(file[32..<64]) == key.secret.withBytes { $0.bytes(at: 0, count: 32) })
    #expect(Array(file[64..<67]) == Array("Ann".utf8))
    #expect(file[67..<96].allSatisfy { $0 == 0 })
    #expect(Array(file[96...]) == ProviderTable().mac(Array(file[..<96]), key: 0))
  }

  @Test func refusesEveryFlippedBit() throws {
    for bit in 0..<file.count * 8 {
      var damaged = file
      damaged[bit / 8] ^= 1 << (bit % 8)
      #expect(refusal(damaged)?.code == (bit < 64 ? .wrongKind : .damaged), "bit \(bit)")
    }
  }

  /// A TEST flag is a device's, GROUP is none of theirs.
  @Test func flagsAreOfTheirKind() throws {
    func flagged(_ file: [UInt8], _ flags: UInt8) throws -> [UInt8] {
      var bytes = file
      bytes[10] = flags
      let checksum = try KeyFile.checksum(of: bytes.span.extracting(first: 96))
      bytes.replaceSubrange(96..., with: checksum.span.bytes(at: 0, count: 32))
      return bytes
    }
    #expect(refusal(try flagged(file, 1))?.code == .damaged)
    let group = try flagged(file, 2)
    #expect(try SharedKey(decoding: group.span).kind == .group)
    let box = try Keybox.makeTest().encoded().withBytes { $0.bytes(at: 0, count: 128) }
    let grouped = try flagged(box, 3)
    #expect(throws: KeyError(.damaged, "")) { try Keybox(decoding: grouped.span) }
  }

  /// The wrapping key follows as a device's does (TrackFormat.md, "Keys").
  @Test func derivesTheWrappingKey() throws {
    let provider = ProviderTable()
    #expect(provider.load(key.secret.withBytes { $0.bytes(at: 0, count: 32) }, at: 2) == 0)
    let info = Array("pinstripe v1 wrap".utf8) + [0]
    #expect(provider.derive(8, from: 2, salt: [], info: info) == 0)
    let wrapping = try key.wrappingKey()
    #expect(wrapping.secret.withBytes { $0.bytes(at: 0, count: 32) } == provider.key(at: 8))
    let id = try #require(provider.mac(Array("id".utf8), key: 8))
    #expect("\(wrapping.id)" == Array(id[..<8]).hexadecimal)
    #expect(wrapping.recipient == 2 && wrapping.generation == 1)
  }

  @Test func refusesImpossibleOnes() throws {
    let id = try HolderID.random()
    let (secret, short) = (try SystemRandom.secret(), try SystemRandom.secret(count: 31))
    #expect(throws: KeyError(.argument, "")) {
      try SharedKey.make(.group, name: String(repeating: "x", count: 33))
    }
    #expect(throws: KeyError(.argument, "")) {
      try SharedKey(id: id, kind: .user, generation: 0, name: "", secret: secret)
    }
    #expect(throws: KeyError(.argument, "")) {
      try SharedKey(id: id, kind: .user, generation: 1, name: "", secret: short)
    }
  }
}
