import CPinstripe
import Testing

@testable import PinstripeCore

/// Opens a track with the Swift API.
private struct Opening {
  let keys = OpenSSLKeys()
  var track: OpenedTrack?
  var work = [UInt8](repeating: 0xA5, count: TrackLayout.headerAreaSize)

  /// Opens `file` with these wrapping keys, derived from playback keys.
  mutating func open(
    _ file: [UInt8], recipients: [pinstripe_recipient], clearAllowed: Bool
  ) -> String {
    do throws(TrackError) {
      var storage = TestFileStorage(file: TestFile(file))
      let opener = TrackOpener(provider: try keys.crypto(), allowsClear: clearAllowed)
      var area = work.mutableSpan
      let opened = try opener.open(&storage, recipients: recipients.span, work: &area)
      track = opened
      return "OK"
    } catch {
      return Statuses.name(error.status)
    }
  }

  /// Takes the part of a device with a keybox.
  mutating func open(_ vector: TrackCase) -> String {
    var recipient = pinstripe_recipient()
    let status = Statuses.of { () throws(TrackError) in
      let crypto = try keys.crypto()
      let box = try Keybox(decoding: vector.keybox, vector.keybox.count, provider: crypto)
      guard vector.testAllowed || !box.isTest else { throw .testKeybox }
      keys.load(Array(vector.keybox[32..<64]), at: .root)
      let ladder = KeyLadder(crypto)
      try ladder.derivePlaybackKey(
        deviceID: vector.keybox.span.extracting(16..<32), epoch: box.epoch,
        epochSalt: vector.keybox.span.extracting(64..<96))
      recipient = try self.recipient(kind: 1, generation: box.epoch)
    }
    guard status == "OK" else { return status }
    return open(vector.file, recipients: [recipient], clearAllowed: vector.clearAllowed)
  }

  /// Derives a recipient's wrapping key from the key at ``KeyPlace/playback``.
  func recipient(kind: UInt32, generation: UInt32) throws(TrackError) -> pinstripe_recipient {
    let ladder = KeyLadder(try keys.crypto())
    try ladder.deriveWrappingKey(into: .firstWrap)
    let id = try ladder.keyID(of: .firstWrap)
    return pinstripe_recipient(
      key_id: (id[0], id[1], id[2], id[3], id[4], id[5], id[6], id[7]), kind: kind,
      generation: generation, key: PINSTRIPE_KEY_FIRST_WRAP, reserved: 0)
  }

  func content(of file: [UInt8]) throws -> [UInt8] {
    let track = try #require(track)
    var cipher = track.cipher
    var storage = TestFileStorage(file: TestFile(file))
    var work = [UInt8](repeating: 0, count: cipher.minimumWork)
    var content = Array(file[4096..<4096 + Int(track.contentLength)])
    var bytes = content.mutableSpan
    var area = work.mutableSpan
    try cipher.apply(at: 0, to: &bytes, &storage, work: &area)
    return content
  }

  /// Verifies and decrypts section `index`; nil when its tag fails.
  func section(_ index: Int, of file: [UInt8]) throws -> [UInt8]? {
    let track = try #require(track)
    let crypto = try keys.crypto()
    let entry = try track.section(index, in: work.span)
    let stored = Array(file[Int(entry.offset)..<Int(entry.offset + entry.length)])
    let salt = Array(stored[..<32])
    try KeyLadder(crypto).deriveSectionKeys(
      content: track.content, salt: salt.span, type: entry.type.number, index: UInt16(index))
    guard try crypto.mac(stored.span, Span(), under: .tag).array == entry.tag.array
    else { return nil }
    var cipher = StripeCipher(
      pattern: try StripePattern(every: 1), suite: track.header.suite, provider: crypto,
      key: .section)
    var scratch = [UInt8](repeating: 0, count: 4096)
    return try cipher.applied(at: 0, to: Array(stored[32...]), scratch: &scratch)
  }
}

/// Every track of Tests/Vectors through the Swift API.
struct TrackOpenerTests {
  @Test func opensTracks() throws {
    let tracks = try TrackVectors.all()
    #expect(tracks.count >= 99)
    for vector in tracks {
      var opening = Opening()
      let status = opening.open(TrackCase(vector))
      #expect(
        (vector.statusUnobeyed ?? vector.status).contains(status), "\(vector.name): \(status)")
      guard status == "OK" else { continue }
      let track = try #require(opening.track, "\(vector.name)")
      let header = track.header
      #expect(track.contentLength == UInt64(vector.length), "\(vector.name)")
      #expect(header.suite.number == vector.suite, "\(vector.name)")
      #expect(header.pattern.kind == vector.pattern.kind, "\(vector.name)")
      #expect(header.pattern.stride == vector.pattern.stride, "\(vector.name)")
      #expect(header.pattern.phase == vector.pattern.phase, "\(vector.name)")
      #expect(header.hasTrailer == (vector.mode == "trailer"), "\(vector.name)")
      #expect(header.minorVersion == vector.minor, "\(vector.name)")
      #expect(
        track.cipher.encryptedLength == vector.encrypted,
        "\(vector.name)")
      #expect(header.pattern.head == vector.pattern.head ?? 0, "\(vector.name)")
      #expect(header.codec.text == vector.codec, "\(vector.name)")
      #expect(header.trackID.array == vector.trackId.bytes, "\(vector.name)")
      #expect(header.nonce.array == vector.nonce.bytes, "\(vector.name)")
      #expect(try opening.content(of: vector.file.bytes) == VectorFolder.content(vector.length))
      #expect(opening.keys.key(at: track.content) == vector.cek.bytes, "\(vector.name)")
    }
  }

  @Test func readsSlotsAndSections() throws {
    let tracks = try TrackVectors.all()
    var slots = 0
    var withMetadata = 0
    for vector in tracks {
      var opening = Opening()
      guard opening.open(TrackCase(vector)) == "OK" else { continue }
      let track = try #require(opening.track)
      #expect(track.header.slotCount == vector.slots.count, "\(vector.name)")
      for (index, expected) in vector.slots.enumerated() {
        let slot = try KeySlot(decoding: vector.file.bytes.span, index: index)
        #expect(slot.recipient == expected.recipient, "\(vector.name) slot \(index)")
        #expect(slot.generation == expected.epoch, "\(vector.name) slot \(index)")
        #expect(slot.keyID.array == expected.keyId.bytes, "\(vector.name) slot \(index)")
        slots += 1
      }
      #expect(track.sectionCount == vector.sections.count, "\(vector.name)")
      for (index, expected) in vector.sections.enumerated() {
        let entry = try track.section(index, in: opening.work.span)
        #expect(entry.type.number == expected.type, "\(vector.name) section \(index)")
        #expect(entry.isCritical == (expected.flags == 1), "\(vector.name) section \(index)")
        #expect(entry.offset == expected.offset, "\(vector.name) section \(index)")
        #expect(entry.length == expected.length, "\(vector.name) section \(index)")
        guard expected.type == 2 || expected.type == 3 else { continue }
        let contents = try opening.section(index, of: vector.file.bytes)
        #expect(contents != nil, "\(vector.name): tag of section \(index)")
        guard expected.type == 2, let fields = vector.metadata else { continue }
        #expect(contents == fields.encoded, "\(vector.name): metadata")
        withMetadata += 1
      }
    }
    #expect(slots >= 40)
    #expect(withMetadata >= 15)
  }

  @Test func opensForOtherRecipients() throws {
    let tracks = try TrackVectors.all()
    var opened = 0
    for vector in tracks {
      for other in vector.otherKeys {
        var opening = Opening()
        opening.keys.load(other.key.bytes, at: .playback)
        let recipient = try opening.recipient(kind: other.recipient, generation: other.epoch)
        let status = opening.open(
          vector.file.bytes, recipients: [recipient], clearAllowed: false)
        #expect(status == "OK", "\(vector.name), recipient \(other.recipient)")
        #expect(opening.keys.key(at: .content) == vector.cek.bytes)
        opened += 1
      }
    }
    #expect(opened >= 4)
  }

  @Test func refuses() throws {
    let cases = try TrackCase.refusals()
    #expect(cases.count >= 980)
    var refused = 0
    for vector in cases {
      var opening = Opening()
      let status = opening.open(vector)
      #expect(vector.status.contains(status), "\(vector.name): \(status), not \(vector.status)")
      if status == "OK" {
        let read = Result { try opening.content(of: vector.file) }
        switch read {
        case .success(let content):
          #expect(vector.contentStatus == ["OK"] && content == vector.content, "\(vector.name)")
        case .failure(let error):
          let name = (error as? TrackError).map { Statuses.name($0.status) } ?? "\(error)"
          #expect(vector.contentStatus.contains(name), "\(vector.name): \(name)")
        }
      } else {
        #expect(opening.keys.heldPlaces.filter { $0 != 2 }.isEmpty, "\(vector.name): keys")
        refused += 1
      }
    }
    #expect(refused >= 600)
  }

  @Test func readsSectionsOfOddTracks() throws {
    let refusals = try VectorFolder.read("refusals.json", as: RefusalVectors.self)
    var judged = 0
    for vector in refusals.refusals {
      guard let expected = vector.metadataStatus, let base = refusals.bases[vector.base],
        let tagFails = expected.first.map({ $0 == "TAG" })
      else { continue }
      let track = TrackCase(vector, of: base)
      var opening = Opening()
      guard opening.open(track) == "OK" else { continue }
      let contents = try opening.section(0, of: track.file)
      #expect((contents == nil) == tagFails, "\(vector.name)")
      judged += 1
    }
    #expect(judged >= 25)
  }
}

extension [TrackVectors.Field] {
  var encoded: [UInt8] {
    flatMap { field in
      let value = field.text.map { [UInt8]($0.utf8) } ?? field.hex?.bytes ?? []
      var head = [UInt8](repeating: 0, count: 8)
      head.put(UInt64(field.number), 2, at: 0)
      head.put(UInt64(value.count), 4, at: 4)
      return head + value
    }
  }
}

extension CodecTag {
  var text: String {
    let characters = (0..<4).map { UInt8(truncatingIfNeeded: code >> UInt32(8 * $0)) }
    return String(decoding: characters, as: UTF8.self)
  }
}
