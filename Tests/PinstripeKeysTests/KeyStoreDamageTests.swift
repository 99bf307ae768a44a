import Testing

@_spi(Fuzzing) @testable import PinstripeKeys

/// Hostile and damaged key stores: a typed error each, and no trap.
struct KeyStoreDamageTests {
  let folder: TemporaryFolder
  let file: [UInt8]
  let master: SecretBytes

  init() throws {
    folder = try TemporaryFolder()
    let store = try KeyStore.create(at: folder.file("keys.pks"), lock: passphrase())
    try store.addDevice(Keybox.makeTest(), name: "one")
    try store.addLock(.keyFile(folder.file("keys.lock")))
    file = try folder.bytes("keys.pks")
    master = store.master
  }

  /// The error of opening, or nil.
  func refusal(_ bytes: [UInt8], unlock: KeyStoreLock? = nil) throws -> KeyError? {
    try folder.write(bytes, to: "hostile.pks")
    let lock = try unlock ?? passphrase()
    do throws(KeyError) {
      _ = try KeyStore.open(at: folder.file("hostile.pks"), unlock: lock)
      return nil
    } catch {
      #expect("\(error)".hasPrefix(folder.path), "\(error)")
      return error
    }
  }

  /// The file with some bytes replaced and the checksum made right, as an attacker can.
  func edited(_ bytes: [UInt8], at offset: Int, in file: [UInt8]? = nil) throws -> [UInt8] {
    var edited = file ?? self.file
    edited.replaceSubrange(offset..<offset + bytes.count, with: bytes)
    return try checksummed(edited.dropLast(32))
  }

  func checksummed(_ bytes: [UInt8]) throws -> [UInt8] {
    bytes + (try KeyFile.checksum(of: bytes.span)).span.bytes(at: 0, count: 32)
  }

  @Test func opensUndamaged() throws {
    #expect(try refusal(file) == nil)
    #expect(try refusal(edited([], at: 0)) == nil)
  }

  @Test func refusesEveryFlippedByte() throws {
    for offset in file.indices {
      for mask in [0x01, 0x80, 0xFF] as [UInt8] {
        var damaged = file
        damaged[offset] ^= mask
        let code = try refusal(damaged)?.code
        #expect(code == (offset < 8 ? .wrongKind : .damaged), "byte \(offset) ^ \(mask)")
      }
    }
  }

  @Test func refusesEveryTruncation() throws {
    for length in 0..<file.count {
      #expect(try refusal(Array(file[..<length]))?.code == .damaged, "\(length) bytes")
    }
    #expect(try refusal(file + [0])?.code == .damaged)
  }

  /// Edits with a right checksum: whatever is told, nothing opens and nothing traps.
  @Test func refusesEveryEditedByte() throws {
    for offset in 8..<file.count - 32 {
      for mask in [0x01, 0x80] as [UInt8] {
        let damaged = try edited([file[offset] ^ mask], at: offset)
        let code = try refusal(damaged)?.code
        let expected: Set<KeyError.Code> =
          switch offset {
          case 8..<12: [.version]
          case 12..<16, 52..<64: [.damaged]
          // Kind, scrypt parameters, salt and wrap of the first lock; of the second everything is
          // data that only the seal covers, or that its form forbids.
          case 64..<192: [.wrongLock, .damaged, .costly, .tampered]
          case 192..<1088: [.tampered, .damaged, .costly]
          default: [.tampered]
          }
        #expect(
          code.map { expected.contains($0) } == true, "byte \(offset) ^ \(mask): \(code as Any)")
      }
    }
  }

  @Test func tellsAWrongPassphraseFromDamage() throws {
    let error = try #require(try refusal(file, unlock: passphrase("open sesamE")))
    #expect(error.code == .wrongLock)
    #expect(error.reason == "the passphrase is wrong; try again")
    var damaged = file
    damaged[file.count / 2] ^= 1
    #expect(try refusal(damaged, unlock: passphrase("open sesamE"))?.code == .damaged)
  }

  /// log2 N, r, p that would take gigabytes or minutes, refused before any of it is spent.
  @Test(
    arguments: [
      (0, 8, 1), (21, 1, 1), (31, 8, 1), (32, 8, 1), (63, 8, 1), (64, 8, 1), (.max, .max, .max),
      (17, 0, 1), (17, 17, 1), (17, .max, 1), (17, 8, 0), (17, 8, 5), (17, 8, .max), (20, 16, 4),
      (20, 8, 1), (18, 16, 1),
    ] as [(UInt32, UInt32, UInt32)])
  func refusesHostileScrypt(log2N: UInt32, r: UInt32, p: UInt32) throws {
    let bytes = [log2N, r, p].flatMap { value in
      (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }
    #expect(try refusal(edited(bytes, at: 64 + 4))?.code == .costly)
  }

  /// Each lock within its limits, but all of them together not.
  @Test func boundsTheWorkOfAllLocks() throws {
    var hostile = file
    // N = 2^17, r = 16, p = 4: 2^23 each, and two of them are the limit.
    let slot =
      [1, 0, 0, 0, 17, 0, 0, 0, 16, 0, 0, 0, 4, 0, 0, 0] + [UInt8](repeating: 7, count: 88)
    for index in 1..<4 {
      hostile = try edited(
        slot + [UInt8](repeating: 0, count: 24), at: 64 + 128 * index, in: hostile)
    }
    #expect(try refusal(hostile)?.code == .costly)
  }

  @Test func refusesAStoreWithoutLocks() throws {
    let none = try edited([UInt8](repeating: 0, count: 1024), at: 64)
    #expect(try refusal(none)?.code == .damaged)
  }

  @Test func refusesFilesThatAreNoKeyStore() throws {
    #expect(try refusal([])?.code == .damaged)
    #expect(try refusal(Array("not a key store at all".utf8))?.code == .wrongKind)
    let large = [UInt8](repeating: 0, count: KeyStoreLayout.largestFile + 1)
    #expect(try refusal(large)?.code == .wrongKind)
    #expect(throws: KeyError(.wrongKind, "")) {
      try KeyStore.open(at: folder.path, unlock: passphrase())
    }
    #expect(throws: KeyError(.wrongKind, "")) {
      try KeyStore.open(at: "/dev/zero", unlock: passphrase())
    }
  }

  /// What only a holder of the master key can write: records that contradict themselves.
  @Test func refusesHostileRecords() throws {
    let device = try [UInt8](
      KeyRecord.encode([
        .device(
          DeviceRecord(
            id: DeviceID.random(), name: "n", isTest: true, secret: nil,
            epochs: [
              .init(number: 1, salt: nil, playback: SystemRandom.secret()),
              .init(number: 3, salt: nil, playback: SystemRandom.secret()),
            ]))
      ]).withBytes { $0.bytes(at: 0, count: $0.count) })
    #expect(throws: Never.self) { try KeyRecord.decode(device.span) }
    func edit(_ offset: Int, _ bytes: [UInt8]) -> [UInt8] {
      var edited = device
      edited.replaceSubrange(offset..<offset + bytes.count, with: bytes)
      return edited
    }
    let hostile: [(String, [UInt8])] = [
      ("a stub", Array(device[..<7])), ("content cut short", device.dropLast()),
      ("the device twice", device + device), ("length 2^32 - 1", edit(4, [255, 255, 255, 255])),
      ("length 0", edit(4, [0, 0, 0, 0])), ("reserved header", edit(2, [1])),
      ("no epoch", edit(8 + 18, [0, 0])), ("65535 epochs", edit(8 + 18, [255, 255])),
      ("flags", edit(8 + 16, [4])), ("reserved", edit(8 + 20, [1])),
      ("a DUS where there is none", edit(8 + 64, [1])), ("an epoch twice", edit(8 + 168, [1])),
      ("epochs out of order", edit(8 + 96, [4])), ("epoch 0", edit(8 + 96, [0])),
      ("epoch flags", edit(8 + 100, [2])), ("salt where there is none", edit(8 + 104, [1])),
      ("a name with a hole", edit(8 + 34, [65])),
    ]
    for (what, bytes) in hostile {
      #expect(throws: KeyError(.damaged, ""), "\(what)") { try KeyRecord.decode(bytes.span) }
    }
    for length in 1..<device.count {
      #expect(throws: KeyError(.damaged, ""), "\(length) bytes") {
        try KeyRecord.decode(device.span.extracting(first: length))
      }
    }
    let many = [UInt8](repeating: 0, count: 8 * 4096).enumerated().map { $0 % 8 == 0 ? 9 : $1 }
    #expect(try KeyRecord.decode(many.span).count == 4096)
    let more = many + many[..<8]
    #expect(throws: KeyError(.full, "")) { try KeyRecord.decode(more.span) }
  }

  @Test func fuzzEntriesRoundTrip() throws {
    let box = try Keybox.makeTest()
    let keybox = try box.encoded().withBytes { $0.bytes(at: 0, count: 128) }
    let playback = try box.playbackKey(name: "x").encoded().withBytes {
      $0.bytes(at: 0, count: 128)
    }
    for offset in 0..<128 {
      var (first, second) = (keybox, playback)
      first[offset] ^= 0x10
      second[offset] ^= 0x10
      #expect(FuzzedKeys.keybox(first), "byte \(offset)")
      #expect(FuzzedKeys.playbackKey(second), "byte \(offset)")
    }
    for length in 0..<128 {
      #expect(FuzzedKeys.keybox(Array(keybox[..<length])))
      #expect(FuzzedKeys.records(Array(keybox[..<length])))
    }
    #expect(FuzzedKeys.keyStore(file))
    #expect(FuzzedKeys.keyStore([]))
  }
}
