import CPinstripe
import PinstripeCore
import TestTools
import Testing

/// Cryptography and storage that fail at the n-th call, for every n.
struct DecoderFaultTests {
  let bases: [String: RefusalVectors.Base]

  init() throws {
    bases = try VectorFolder.read("refusals.json", as: RefusalVectors.self).bases
  }

  /// A keybox, an open track and some decrypted bytes, with one failing call: PROVIDER, nothing of the
  /// content in the output, no key left.
  @Test func providerFailsAtEveryCall() throws {
    for name in ["base-header", "base-trailer", "base-clear"] {
      let base = try #require(bases[name])
      for fault in FaultyProvider.Fault.allCases {
        let player = Player()
        let faulty = FaultyProvider(player.keys)
        player.faulty = faulty
        #expect(player.insert(keybox: base.keybox.bytes) == PINSTRIPE_OK)
        var failures = 0
        for failing in 0..<100 {
          faulty.fail(failing, fault)
          player.poison()
          let status = player.open(TestFile(base.file.bytes), clearAllowed: true)
          guard status != PINSTRIPE_OK || faulty.calls <= failing else {
            Issue.record("\(name), \(fault), call \(failing): opens all the same")
            break
          }
          if status == PINSTRIPE_OK { break }
          #expect(status == PINSTRIPE_E_PROVIDER, "\(name), \(fault), call \(failing)")
          #expect(player.isWiped, "\(name), \(fault), call \(failing)")
          #expect(player.keys.heldPlaces.isEmpty, "\(name), \(fault), call \(failing)")
          failures += 1
        }
        // Derive, begin, two updates and finish for each tag; unwrap; K_stripe.
        let expected = ["base-header": 6, "base-trailer": 11, "base-clear": 4]
        #expect(failures == expected[name], "\(name), \(fault)")
      }
    }
  }

  @Test func keystreamFailsAtEveryCall() throws {
    let base = try #require(
      VectorFolder.read("tracks.json", as: TrackVectors.self).tracks
        .first { $0.name == "header-suite1-every10-large" })
    let content = VectorFolder.content(base.length)
    let payload = Array(base.file.bytes[4096..<4096 + base.length])
    for fault in FaultyProvider.Fault.allCases {
      for inPlace in [true, false] {
        let player = Player()
        let faulty = FaultyProvider(player.keys)
        player.faulty = faulty
        #expect(player.insert(keybox: base.keybox.bytes) == PINSTRIPE_OK)
        #expect(player.open(TestFile(base.file.bytes)) == PINSTRIPE_OK)
        let small = UnsafeMutablePointer<UInt8>.allocate(capacity: 256)
        defer { small.deallocate() }
        #expect(pinstripe_set_work(player.decoder, small, 256) == PINSTRIPE_OK)
        var failures = 0
        for failing in 0..<10_000 {
          faulty.fail(failing, fault)
          let (status, bytes) = player.xor(payload, at: 0, inPlace: inPlace)
          if status == PINSTRIPE_OK {
            #expect(bytes == content)
            #expect(faulty.calls <= failing)
            break
          }
          #expect(status == PINSTRIPE_E_PROVIDER, "\(fault), call \(failing)")
          #expect(bytes.allSatisfy { $0 == 0 }, "\(fault), call \(failing), in place \(inPlace)")
          // The track stays open: an engine may have been busy.
          faulty.fail(nil)
          let piece = player.xor(Array(payload[..<100]), at: 0)
          #expect(piece == (PINSTRIPE_OK, Array(content[..<100])), "\(fault), call \(failing)")
          failures += 1
        }
        #expect(failures >= base.length / 10 / 256)
        pinstripe_wipe(player.decoder)
        #expect(player.isWiped && player.keys.heldPlaces.isEmpty)
      }
    }
  }

  /// A position does not move over bytes that were not decrypted.
  @Test func updateStaysWhenItFails() throws {
    let base = try #require(bases["base-header"])
    let player = Player()
    let faulty = FaultyProvider(player.keys)
    player.faulty = faulty
    #expect(player.insert(keybox: base.keybox.bytes) == PINSTRIPE_OK)
    #expect(player.open(TestFile(base.file.bytes)) == PINSTRIPE_OK)
    faulty.fail(0)
    let payload = Array(base.file.bytes[4096..<4146])
    var out = [UInt8](repeating: 1, count: 50)
    #expect(pinstripe_update(player.decoder, payload, &out, 50) == PINSTRIPE_E_PROVIDER)
    #expect(pinstripe_update(player.decoder, payload, &out, 50) == PINSTRIPE_OK)
    #expect(out == Array(VectorFolder.content(50)))
  }

  @Test func keyboxAndRecipientFailAtEveryCall() throws {
    let base = try #require(bases["base-header"])
    for fault in FaultyProvider.Fault.allCases {
      let player = Player()
      let faulty = FaultyProvider(player.keys)
      player.faulty = faulty
      var failures = 0
      for failing in 0..<20 {
        faulty.fail(failing, fault)
        let status = player.insert(keybox: base.keybox.bytes)
        if status == PINSTRIPE_OK { break }
        #expect(status == PINSTRIPE_E_PROVIDER, "\(fault), call \(failing)")
        #expect(player.recipients.isEmpty, "\(fault), call \(failing)")
        #expect(player.keys.heldPlaces.isEmpty, "\(fault), call \(failing)")
        #expect(player.keys.key(at: .firstWrap) == nil, "\(fault), call \(failing)")
        failures += 1
      }
      // Checksum: begin, update, finish; two derivations; key id: begin, update, finish.
      #expect(failures == 8, "\(fault)")
    }
  }

  @Test func storageFailsAtEveryRead() throws {
    for (name, base) in bases {
      let player = Player()
      #expect(player.insert(keybox: base.keybox.bytes) == PINSTRIPE_OK)
      var failures = 0
      for failing in 0..<10 {
        let file = TestFile(base.file.bytes)
        file.failingRead = failing
        player.poison()
        let status = player.open(file, clearAllowed: true)
        if status == PINSTRIPE_OK { break }
        #expect(status == PINSTRIPE_E_STORAGE, "\(name), read \(failing)")
        #expect(player.isWiped, "\(name), read \(failing)")
        #expect(player.keys.heldPlaces.isEmpty, "\(name), read \(failing)")
        failures += 1
      }
      #expect(failures == (name.hasSuffix("trailer") ? 2 : 1), "\(name)")
    }
  }

  /// The storage says another size, and holds other bytes, once it was asked.
  @Test func storageChangesUnderTheReader() throws {
    for name in ["base-header", "base-trailer"] {
      let base = try #require(bases[name])
      let player = Player()
      #expect(player.insert(keybox: base.keybox.bytes) == PINSTRIPE_OK)
      for size: UInt64 in [0, 100, 5000, .max] {
        let file = TestFile(base.file.bytes)
        file.beforeRead = { file, call in
          file.storage.pointee.size = size
          if call > 0 { file.bytes.replaceSubrange(0..<4096, with: Random.fill(4096)) }
        }
        #expect(player.open(file) == PINSTRIPE_OK, "\(name), \(size)")
        let payload = Array(base.file.bytes[4096..<4196])
        #expect(player.xor(payload, at: 0) == (PINSTRIPE_OK, VectorFolder.content(100)))
        pinstripe_wipe(player.decoder)
      }
      // A file that is shorter than it says.
      let file = TestFile(Array(base.file.bytes.dropLast(50)))
      file.storage.pointee.size += 50
      let status = player.open(file)
      #expect(status == (name == "base-header" ? PINSTRIPE_OK : PINSTRIPE_E_STORAGE), "\(name)")
      pinstripe_wipe(player.decoder)
    }
  }
}

extension Player {
  /// Fills context and work with what was never a track.
  func poison() {
    UnsafeMutableRawBufferPointer(
      start: decoder, count: MemoryLayout<pinstripe_decoder>.size
    ).initializeMemory(as: UInt8.self, repeating: 0xA5)
    work.update(repeating: 0xA5)
  }
}
