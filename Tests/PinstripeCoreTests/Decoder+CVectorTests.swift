import CPinstripe
import PinstripeCore
import TestTools
import Testing

/// Every case of Tests/Vectors through pinstripe_decoder.h, as firmware uses it.
struct DecoderVectorTests {
  private func checkContent(_ player: Player, _ vector: TrackCase) {
    guard vector.contentStatus == ["OK"] else {
      let payload = Array(vector.file[4096..<4096 + vector.content.count])
      let (status, out) = player.xor(payload, at: 0)
      #expect(vector.contentStatus.contains(Statuses.name(status)), "\(vector.name): \(status)")
      #expect(out.allSatisfy { $0 == 0 }, "\(vector.name): nothing comes out")
      return
    }
    let (status, info) = player.info()
    #expect(status == PINSTRIPE_OK, "\(vector.name)")
    #expect(info.content_length == UInt64(vector.content.count), "\(vector.name)")
    #expect(info.payload_offset == 4096, "\(vector.name)")
    let payload = Array(vector.file[4096..<4096 + vector.content.count])
    #expect(player.xor(payload, at: 0).1 == vector.content, "\(vector.name): whole")
    #expect(
      player.xor(payload, at: 0, inPlace: true).1 == vector.content, "\(vector.name): in place")

    var pieces: [UInt8] = []
    #expect(pinstripe_seek(player.decoder, 0) == PINSTRIPE_OK)
    for range in [UInt8].pieces(of: payload.count, size: max(7, payload.count / 50)) {
      var piece = [UInt8](repeating: 0, count: range.count)
      let status = pinstripe_update(
        player.decoder, Array(payload[range]), &piece, range.count)
      #expect(status == PINSTRIPE_OK, "\(vector.name)")
      pieces += piece
    }
    #expect(pieces == vector.content, "\(vector.name): in pieces")

    var random = Random(seed: UInt64(payload.count))
    for _ in 0..<40 where !payload.isEmpty {
      let start = Int.random(in: 0..<payload.count, using: &random)
      let end = Int.random(in: start...payload.count, using: &random)
      #expect(
        player.xor(Array(payload[start..<end]), at: start).1 == Array(vector.content[start..<end]),
        "\(vector.name): \(start)..<\(end)")
    }
  }

  @Test func opensTracks() throws {
    let vectors = try TrackVectors.all()
    #expect(vectors.count >= 99)
    for vector in vectors {
      let player = Player()
      let track = TrackCase(vector)
      let status = Statuses.name(player.open(track))
      #expect(track.status.contains(status), "\(vector.name): \(status)")
      guard status == "OK" else { continue }
      #expect(player.info().info.head == UInt32(vector.pattern.head ?? 0), "\(vector.name)")
      #expect(player.info().info.encrypted_length == vector.encrypted, "\(vector.name)")
      checkContent(player, track)
      let info = player.info().info
      #expect(info.suite == UInt32(vector.suite), "\(vector.name)")
      #expect(info.pattern_kind == UInt32(vector.pattern.kind), "\(vector.name)")
      #expect(info.stride == UInt32(vector.pattern.stride), "\(vector.name)")
      #expect(info.phase == UInt32(vector.pattern.phase), "\(vector.name)")
      let codec = withUnsafeBytes(of: info.codec) { String(decoding: $0, as: UTF8.self) }
      #expect(codec == vector.codec, "\(vector.name)")
      #expect(
        withUnsafeBytes(of: info.track_id) { Array($0) } == vector.trackId.bytes, "\(vector.name)")
      if let slot = vector.slots.dropFirst(Int(info.slot)).first {
        #expect(slot.keyId.bytes == player.keyID, "\(vector.name): slot \(info.slot)")
      }
    }
  }

  @Test func refuses() throws {
    let cases = try TrackCase.refusals()
    #expect(cases.count >= 980)
    var refused = 0
    for vector in cases {
      let player = Player()
      let status = Statuses.name(player.open(vector))
      #expect(vector.status.contains(status), "\(vector.name): \(status), not \(vector.status)")
      if status == "OK" {
        checkContent(player, vector)
      } else {
        #expect(player.isWiped, "\(vector.name): the context")
        #expect(player.keys.heldPlaces.isEmpty, "\(vector.name): keys")
        refused += 1
      }
    }
    #expect(refused >= 600)
  }

  @Test func judgesKeyboxes() throws {
    let vectors = try VectorFolder.read("refusals.json", as: RefusalVectors.self)
    let base = try #require(vectors.bases["base-header"])
    #expect((vectors.keyboxes ?? []).count >= 24)
    for vector in vectors.keyboxes ?? [] {
      let player = Player()
      var status = Statuses.name(
        player.insert(keybox: vector.file.bytes, testAllowed: vector.testAllowed))
      if status == "OK" { status = Statuses.name(player.open(TestFile(base.file.bytes))) }
      #expect(vector.status.contains(status), "\(vector.name): \(status), not \(vector.status)")
    }
  }

  @Test func readsKeyboxes() throws {
    let vectors = try VectorFolder.read("keys.json", as: KeyVectors.self)
    #expect(vectors.ladder.count >= 5)
    for vector in vectors.ladder {
      let keys = OpenSSLKeys()
      var box = pinstripe_keybox()
      box.struct_size = UInt32(MemoryLayout<pinstripe_keybox>.size)
      box.abi_version = PINSTRIPE_ABI_VERSION
      var secret = [UInt8](repeating: 0, count: 32)
      let file = vector.keybox.bytes
      #expect(
        pinstripe_keybox_read(keys.table, file, file.count, 1, &box, &secret) == PINSTRIPE_OK)
      #expect(secret == vector.dus.bytes, "\(vector.name)")
      #expect(box.is_test == (vector.test ? 1 : 0), "\(vector.name)")
      #expect(box.epoch == vector.epoch, "\(vector.name)")
      #expect(
        withUnsafeBytes(of: box.device_id) { Array($0) } == vector.deviceId.bytes, "\(vector.name)")
      #expect(
        withUnsafeBytes(of: box.epoch_salt) { Array($0) } == vector.epochSalt.bytes,
        "\(vector.name)")

      keys.load(secret, at: .root)
      var recipient = pinstripe_recipient()
      #expect(pinstripe_device_recipient(keys.table, &box, 11, &recipient) == PINSTRIPE_OK)
      #expect(keys.key(at: KeyPlace(number: 11)) == vector.kWrap.bytes, "\(vector.name)")
      #expect(
        withUnsafeBytes(of: recipient.key_id) { Array($0) } == vector.keyId.bytes,
        "\(vector.name)")
      #expect(recipient.kind == PINSTRIPE_RECIPIENT_DEVICE, "\(vector.name)")
      #expect(recipient.generation == vector.epoch, "\(vector.name)")
      #expect(recipient.key == 11, "\(vector.name)")
      #expect(keys.key(at: .playback) == nil, "\(vector.name): K_play is discarded")
    }
  }
}

extension Player {
  var keyID: [UInt8] {
    recipients.first.map { withUnsafeBytes(of: $0.key_id) { Array($0) } } ?? []
  }
}
