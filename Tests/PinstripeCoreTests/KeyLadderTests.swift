import CPinstripe
import Testing

@testable import PinstripeCore

/// TrackFormat.md, "Keys", against Tests/Vectors/keys.json.
struct KeyLadderTests {
  let vectors: KeyVectors

  init() throws {
    vectors = try VectorFolder.read("keys.json", as: KeyVectors.self)
  }

  @Test func deviceLadder() throws {
    #expect(vectors.ladder.count >= 5)
    for vector in vectors.ladder {
      let keys = OpenSSLKeys()
      let ladder = KeyLadder(try keys.crypto())
      keys.load(vector.dus.bytes, at: .root)
      try ladder.derivePlaybackKey(
        deviceID: vector.deviceId.bytes.span, epoch: vector.epoch,
        epochSalt: vector.epochSalt.bytes.span)
      #expect(keys.key(at: .playback) == vector.kPlay.bytes, "\(vector.name)")
      try ladder.deriveWrappingKey(into: .firstWrap)
      #expect(keys.key(at: .firstWrap) == vector.kWrap.bytes, "\(vector.name)")
      #expect(try ladder.keyID(of: .firstWrap).array == vector.keyId.bytes, "\(vector.name)")
    }
  }

  @Test func userAndGroupKeys() throws {
    #expect(vectors.recipients.count >= 2)
    for vector in vectors.recipients {
      let keys = OpenSSLKeys()
      let ladder = KeyLadder(try keys.crypto())
      keys.load(vector.key.bytes, at: .playback)
      try ladder.deriveWrappingKey(into: .firstWrap)
      #expect(keys.key(at: .firstWrap) == vector.kWrap.bytes, "\(vector.recipient)")
      #expect(try ladder.keyID(of: .firstWrap).array == vector.keyId.bytes, "\(vector.recipient)")
    }
  }

  @Test func contentKeys() throws {
    #expect(vectors.derived.count >= 3)
    for vector in vectors.derived {
      let keys = OpenSSLKeys()
      let crypto = try keys.crypto()
      let ladder = KeyLadder(crypto)
      let holder = try #require(vectors.ladder.first { $0.name == vector.wrappedFor })
      keys.load(holder.kWrap.bytes, at: .firstWrap)
      try crypto.unwrap(vector.wrap.bytes.span, under: .firstWrap, into: .content)
      #expect(keys.key(at: .content) == vector.cek.bytes)

      let nonce = vector.nonce.bytes
      let pattern = try StripePattern(decoding: vector.pattern.bytes.span)
      try ladder.deriveStripeKey(
        content: .content, nonce: nonce.span, suite: CipherSuite(number: vector.suite),
        pattern: pattern)
      #expect(keys.key(at: .stripe) == vector.kStripe.bytes)
      try ladder.deriveHeaderTagKey(content: .content, nonce: nonce.span)
      #expect(keys.key(at: .tag) == vector.kHead.bytes)
      try ladder.deriveTrailerTagKey(content: .content, nonce: nonce.span)
      #expect(keys.key(at: .tag) == vector.kTrail.bytes)
      try ladder.deriveSectionKeys(
        content: .content, salt: vector.sectionSalt.bytes.span, type: vector.sectionType,
        index: vector.sectionIndex)
      #expect(keys.key(at: .section) == vector.kSec.bytes)
      #expect(keys.key(at: .tag) == vector.kSectag.bytes)
    }
  }

  @Test func refusesFieldsOfAnotherLength() throws {
    let keys = OpenSSLKeys()
    let ladder = KeyLadder(try keys.crypto())
    keys.load([UInt8](repeating: 1, count: 32), at: .root)
    let bytes = [UInt8](repeating: 0, count: 33)
    for (id, salt) in [(15, 32), (17, 32), (16, 31), (16, 33), (0, 0)] {
      let status = Statuses.of { () throws(TrackError) in
        try ladder.derivePlaybackKey(
          deviceID: bytes.span.extracting(first: id), epoch: 1,
          epochSalt: bytes.span.extracting(first: salt))
      }
      #expect(status == "ARGUMENT", "id of \(id), salt of \(salt)")
    }
  }
}
