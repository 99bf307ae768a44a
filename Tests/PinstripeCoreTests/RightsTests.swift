import CPinstripe
import PinstripeCore
import Testing

/// Rights through pinstripe_decoder.h, in tracks made here from the page.
struct RightsTests {
  let ladder: KeyVectors.Ladder

  init() throws {
    let vectors = try VectorFolder.read("keys.json", as: KeyVectors.self)
    ladder = try #require(vectors.ladder.first { $0.test })
  }

  static let trackID = [UInt8](0x30..<0x40)

  /// A record as the page draws it, with changes before it is tagged.
  func record(
    flags: UInt64 = 3, tagged: Bool = true, _ edit: (inout [UInt8]) -> Void = { _ in }
  ) throws -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: 96)
    bytes.put(1, 2, at: 0)
    bytes.put(flags, 2, at: 2)
    bytes.put(7, 4, at: 4)
    bytes.replaceSubrange(8..<24, with: 0x70..<0x80)
    bytes.replaceSubrange(24..<40, with: ladder.deviceId.bytes)
    bytes.replaceSubrange(40..<56, with: Self.trackID)
    bytes.put(1_000_000_000, 8, at: 56)
    bytes.put(2_000_000_000, 8, at: 64)
    edit(&bytes)
    guard tagged else { return bytes + [UInt8](repeating: 0, count: 32) }
    let keys = OpenSSLKeys()
    keys.load(ladder.dus.bytes, at: .root)
    let info = Array("pinstripe v1 rights".utf8) + [0]
    let table = keys.table.pointee
    let status = table.derive(
      table.state, PINSTRIPE_KEY_ROOT, nil, 0, info, UInt32(info.count), PINSTRIPE_KEY_TAG)
    #expect(status == PINSTRIPE_OK)
    return bytes + (try keys.crypto().mac(bytes.span, Span(), under: .tag).array)
  }

  struct Shape {
    var suite = CipherSuite.chacha20
    var isClear = false
    var isCritical = true
    /// Bytes behind the record, which make the section too long.
    var surplus = 0
    /// A metadata section before it.
    var isSecond = false
    /// Changes of the stored section after it was tagged.
    var damage: (inout [UInt8]) -> Void = { _ in }
  }

  /// A track of 100 content bytes with a record in its rights.
  func track(_ record: [UInt8], _ shape: Shape = Shape()) throws -> [UInt8] {
    let keys = OpenSSLKeys()
    let crypto = try keys.crypto()
    let cek = [UInt8](repeating: 0xC3, count: 32)
    keys.load(cek, at: .content)
    let content = shape.isClear ? KeyPlace.zero : .content
    var header = MainHeader(
      suite: shape.suite, pattern: shape.isClear ? .clear : try StripePattern(every: 10),
      codec: .init("mp3 "), trackID: InlineArray(Self.trackID),
      nonce: InlineArray([UInt8](repeating: 0x11, count: 32)))
    header.contentLength = 100
    header.slotCount = shape.isClear ? 0 : 1
    var tail: [UInt8] = []
    var entries: [SectionEntry] = []
    func add(_ contents: [UInt8], _ type: SectionType, _ isCritical: Bool) throws {
      var stored = [UInt8](repeating: 0x5A, count: 32)
      try KeyLadder(crypto).deriveSectionKeys(
        content: content, salt: stored.span, type: type.number, index: UInt16(entries.count))
      var cipher = StripeCipher(
        pattern: try StripePattern(every: 1), suite: shape.suite, provider: crypto, key: .section)
      var scratch = [UInt8](repeating: 0, count: 1024)
      stored += try cipher.applied(at: 0, to: contents, scratch: &scratch)
      let tag = try crypto.mac(stored.span, Span(), under: .tag)
      entries.append(
        SectionEntry(
          type: type, isCritical: isCritical, offset: UInt64(4196 + tail.count),
          length: UInt64(stored.count), tag: tag))
      shape.damage(&stored)
      tail += stored
    }
    if shape.isSecond { try add([], .metadata, false) }
    try add(record + [UInt8](repeating: 0, count: shape.surplus), .rights, shape.isCritical)
    header.sectionCount = entries.count
    var area = [UInt8](repeating: 0, count: 4096)
    var span = area.mutableSpan
    header.encode(into: &span)
    if !shape.isClear {
      KeySlot(
        recipient: 1, generation: ladder.epoch, keyID: InlineArray(ladder.keyId.bytes),
        wrap: InlineArray(GrantTests.wrap(cek, under: ladder.kWrap.bytes))
      ).encode(into: &span, index: 0)
    }
    for (index, entry) in entries.enumerated() {
      entry.encode(into: &span, at: KeySlot.offset(of: header.slotCount) + 64 * index)
    }
    let tag = try TrackSeal(provider: crypto, content: content, nonce: header.nonce)
      .headerTag(of: span.span).array
    area.replaceSubrange(4064..., with: tag)
    return area + [UInt8](repeating: 0, count: 100) + tail
  }

  /// A player that has opened a track; what it says of the rights.
  struct Reading {
    let player: Player
    let faulty: FaultyProvider
    let opened: Int32
    private(set) var status: Int32 = 0
    private(set) var rights = pinstripe_rights()

    init(
      _ file: TestFile, _ ladder: KeyVectors.Ladder,
      flags: UInt32 = PINSTRIPE_OPEN_OBEYS_RIGHTS | PINSTRIPE_OPEN_ALLOW_CLEAR
    ) {
      player = Player()
      faulty = FaultyProvider(player.keys)
      player.faulty = faulty
      let inserted = player.insert(keybox: ladder.keybox.bytes)
      #expect(inserted == PINSTRIPE_OK)
      opened = player.open(file, flags: flags)
    }

    @discardableResult
    mutating func read(_ ladder: KeyVectors.Ladder, testAllowed: Bool = true) -> Int32 {
      var box = pinstripe_keybox()
      box.struct_size = UInt32(MemoryLayout<pinstripe_keybox>.size)
      box.abi_version = PINSTRIPE_ABI_VERSION
      withUnsafeMutableBytes(of: &box.device_id) { $0.copyBytes(from: ladder.deviceId.bytes) }
      rights = pinstripe_rights()
      rights.struct_size = UInt32(MemoryLayout<pinstripe_rights>.size)
      rights.abi_version = PINSTRIPE_ABI_VERSION
      status = pinstripe_rights_read(player.decoder, &box, testAllowed ? 1 : 0, &rights)
      return status
    }

    /// Whether the track decrypts.
    var isPlayable: Bool { player.xor([UInt8](repeating: 0, count: 100), at: 0).0 == PINSTRIPE_OK }
  }

  func outcome(_ file: [UInt8], testAllowed: Bool = true) -> String {
    var reading = Reading(TestFile(file), ladder)
    guard reading.opened == PINSTRIPE_OK else { return "open " + Statuses.name(reading.opened) }
    reading.read(ladder, testAllowed: testAllowed)
    // Whatever is wrong, nothing is decrypted.
    #expect(reading.isPlayable == (reading.status == PINSTRIPE_OK))
    #expect(reading.status == PINSTRIPE_OK || reading.rights.present == 0)
    return Statuses.name(reading.status)
  }

  @Test func tellsWhatIsAllowed() throws {
    for suite in [CipherSuite.chacha20, .aes128CTR] {
      for isSecond in [false, true] {
        let file = TestFile(
          try track(record(), Shape(suite: suite, isSecond: isSecond)))
        var reading = Reading(file, ladder)
        #expect(reading.opened == PINSTRIPE_OK)
        #expect(!reading.isPlayable)
        #expect(reading.read(ladder) == PINSTRIPE_OK)
        let rights = reading.rights
        #expect(rights.present == 1 && rights.plays == 7)
        #expect(rights.flags == PINSTRIPE_RIGHTS_TEST | PINSTRIPE_RIGHTS_ISSUED)
        #expect(rights.not_before == 1_000_000_000 && rights.not_after == 2_000_000_000)
        #expect(withUnsafeBytes(of: rights.rights_id) { Array($0) }.elementsEqual(0x70..<0x80))
        #expect(reading.isPlayable)
        #expect(reading.player.keys.key(at: .rights) == nil)
        // Any time again, also while playing from a small buffer.
        let small = UnsafeMutablePointer<UInt8>.allocate(capacity: 256)
        defer { small.deallocate() }
        #expect(pinstripe_set_work(reading.player.decoder, small, 256) == PINSTRIPE_OK)
        let before = reading.player.xor([UInt8](repeating: 0, count: 100), at: 0).1
        #expect(reading.read(ladder) == PINSTRIPE_OK)
        #expect(reading.player.xor([UInt8](repeating: 0, count: 100), at: 0).1 == before)
        pinstripe_wipe(reading.player.decoder)
      }
    }
  }

  @Test func aPlayerThatDoesNotObeyThemRefusesTheTrack() throws {
    let file = TestFile(try track(record()))
    #expect(Reading(file, ladder, flags: 0).opened == PINSTRIPE_E_CRITICAL_SECTION)
    let unknown = Reading(file, ladder, flags: 4)
    #expect(unknown.opened == PINSTRIPE_E_ARGUMENT)
  }

  @Test func mostTracksHaveNone() throws {
    let base = try #require(
      VectorFolder.read("refusals.json", as: RefusalVectors.self).bases["base-header"])
    let player = Player()
    #expect(player.insert(keybox: base.keybox.bytes) == PINSTRIPE_OK)
    let file = TestFile(base.file.bytes)
    #expect(player.open(file, flags: PINSTRIPE_OPEN_OBEYS_RIGHTS) == PINSTRIPE_OK)
    // Played without asking, and asked all the same.
    #expect(player.xor([1, 2, 3], at: 0).0 == PINSTRIPE_OK)
    var box = pinstripe_keybox()
    box.struct_size = UInt32(MemoryLayout<pinstripe_keybox>.size)
    box.abi_version = PINSTRIPE_ABI_VERSION
    var rights = pinstripe_rights()
    rights.struct_size = UInt32(MemoryLayout<pinstripe_rights>.size)
    rights.abi_version = PINSTRIPE_ABI_VERSION
    rights.plays = 9
    #expect(pinstripe_rights_read(player.decoder, &box, 0, &rights) == PINSTRIPE_OK)
    #expect(rights.present == 0 && rights.plays == 0 && rights.flags == 0)
    rights.struct_size -= 1
    #expect(pinstripe_rights_read(player.decoder, &box, 0, &rights) == PINSTRIPE_E_ABI)
    #expect(pinstripe_rights_read(player.decoder, nil, 0, &rights) == PINSTRIPE_E_ARGUMENT)
    #expect(pinstripe_rights_read(player.decoder, &box, 0, nil) == PINSTRIPE_E_ARGUMENT)
    pinstripe_wipe(player.decoder)
    #expect(pinstripe_rights_read(player.decoder, &box, 0, &rights) == PINSTRIPE_E_ARGUMENT)
  }

  @Test func refusesEveryFlippedBitOfTheSection() throws {
    let record = try record()
    for bit in stride(from: 0, to: 160 * 8, by: 1) {
      let file = try track(record, Shape(damage: { $0[bit / 8] ^= 1 << (bit % 8) }))
      #expect(outcome(file) == "TAG", "bit \(bit)")
    }
  }

  /// In a section that is rightly tagged, by whoever holds the playback key.
  @Test func refusesEveryFlippedBitOfAnIssuedRecord() throws {
    let whole = try record()
    for bit in 0..<128 * 8 {
      var record = whole
      record[bit / 8] ^= 1 << (bit % 8)
      #expect(outcome(try track(record)) != "OK", "bit \(bit)")
    }
  }

  @Test(
    arguments: [
      (0, 2, "MALFORMED"), (1, 1, "MALFORMED"), (2, 7, "MALFORMED"), (3, 1, "MALFORMED"),
      (24, 1, "NO_SLOT"), (39, 1, "NO_SLOT"), (40, 1, "MALFORMED"), (55, 1, "MALFORMED"),
      (72, 1, "MALFORMED"), (95, 1, "MALFORMED"), (67, 0, "MALFORMED"),
    ] as [(Int, UInt8, String)])
  func tellsFieldsApart(offset: Int, value: UInt8, name: String) throws {
    let record = try record { $0[offset] = $0[offset] == value ? value ^ 0x80 : value }
    #expect(outcome(try track(record)) == name, "byte \(offset)")
  }

  @Test func anotherIssuersTagIsRefused() throws {
    var record = try record()
    record[100] ^= 1
    #expect(outcome(try track(record)) == "TAG")
    // Whose they are is told before.
    record[30] ^= 1
    #expect(outcome(try track(record)) == "NO_SLOT")
  }

  @Test func withoutATagTheyAreAdvice() throws {
    var reading = Reading(
      TestFile(
        try track(
          record(flags: 1, tagged: false) {
            $0[24] ^= 1
            $0.put(0, 8, at: 64)
          })), ladder)
    #expect(reading.read(ladder) == PINSTRIPE_OK)
    #expect(reading.rights.flags == PINSTRIPE_RIGHTS_TEST && reading.rights.not_after == 0)
    #expect(reading.isPlayable)
    #expect(outcome(try track(record(flags: 1))) == "MALFORMED", "a tag that nobody announced")
  }

  @Test func productionRefusesTestRights() throws {
    #expect(outcome(try track(record()), testAllowed: false) == "TEST_KEYBOX")
    #expect(outcome(try track(record(flags: 2)), testAllowed: false) == "OK")
  }

  @Test func otherShapes() throws {
    #expect(outcome(try track(record(), Shape(isClear: true))) == "OK")
    #expect(outcome(try track(record(), Shape(surplus: 1))) == "open MALFORMED")
    let short = try Array(record().dropLast())
    #expect(outcome(try track(short)) == "open MALFORMED")
  }

  @Test func failsAtEveryCall() throws {
    let file = TestFile(try track(record()))
    for fault in FaultyProvider.Fault.allCases {
      var failures = 0
      for failing in 0..<30 {
        var reading = Reading(file, ladder)
        reading.faulty.fail(failing, fault)
        if reading.read(ladder) == PINSTRIPE_OK {
          #expect(reading.faulty.calls <= failing)
          break
        }
        #expect(reading.status == PINSTRIPE_E_PROVIDER, "\(fault), call \(failing)")
        #expect(reading.player.keys.key(at: .rights) == nil, "\(fault), call \(failing)")
        reading.faulty.fail(nil)
        #expect(!reading.isPlayable, "\(fault), call \(failing)")
        failures += 1
      }
      // Two section keys, two pieces of tag with begin and finish, keystream twice; K_rights and a tag.
      #expect(failures == 11, "\(fault)")
    }
    var reading = Reading(file, ladder)
    file.failingRead = file.reads.count
    #expect(reading.read(ladder) == PINSTRIPE_E_STORAGE)
    #expect(!reading.isPlayable)
  }

  @Test func theSwiftRecordIsTheSame() throws {
    let bytes = try record()
    let rights = try RightsRecord(decoding: bytes.span)
    #expect(rights.isTest && rights.isIssued && rights.plays == 7)
    #expect(rights.rightsID.array.elementsEqual(0x70..<0x80))
    #expect(rights.deviceID.array == ladder.deviceId.bytes && rights.trackID.array == Self.trackID)
    #expect(rights.notBefore == 1_000_000_000 && rights.notAfter == 2_000_000_000)
    var again = [UInt8](repeating: 0, count: 128)
    var span = again.mutableSpan
    rights.encode(into: &span)
    #expect(again[..<96] == bytes[..<96] && again[96...].allSatisfy { $0 == 0 })
    let keys = OpenSSLKeys()
    keys.load(ladder.dus.bytes, at: .root)
    try RightsRecord.verify(bytes.span, provider: keys.crypto())
    #expect(throws: TrackError.tag) { try RightsRecord.verify(again.span, provider: keys.crypto()) }
  }
}
