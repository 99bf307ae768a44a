import CLibCrypto
import CPinstripe
import PinstripeCore
import Testing

/// Grants through pinstripe_decoder.h, made here from the page by libcrypto and the provider's table.
struct GrantTests {
  let ladder: KeyVectors.Ladder
  let recipient: KeyVectors.Recipient

  init() throws {
    let vectors = try VectorFolder.read("keys.json", as: KeyVectors.self)
    ladder = try #require(vectors.ladder.first { $0.test })
    recipient = try #require(vectors.recipients.first { $0.recipient == PINSTRIPE_RECIPIENT_GROUP })
  }

  /// The grant of `recipient`'s key for the device of `ladder`, with changes before it is tagged.
  func grant(_ edit: (inout [UInt8]) -> Void = { _ in }) throws -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: 96)
    bytes.replaceSubrange(0..<8, with: [0x89, 0x50, 0x53, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])
    bytes.put(1, 2, at: 8)
    bytes.put(ladder.test ? 1 : 0, 2, at: 10)
    bytes.put(UInt64(recipient.recipient), 4, at: 12)
    bytes.replaceSubrange(16..<32, with: 0x40..<0x50)
    bytes.put(UInt64(recipient.generation), 4, at: 32)
    bytes.put(UInt64(ladder.epoch), 4, at: 36)
    bytes.replaceSubrange(40..<48, with: ladder.keyId.bytes)
    bytes.replaceSubrange(48..<88, with: Self.wrap(recipient.key.bytes, under: ladder.kWrap.bytes))
    edit(&bytes)
    return try bytes + tag(of: bytes)
  }

  func tag(of bytes: [UInt8]) throws -> [UInt8] {
    let keys = OpenSSLKeys()
    keys.load(ladder.kPlay.bytes, at: .playback)
    let info = Array("pinstripe v1 grant".utf8) + [0]
    let table = keys.table.pointee
    let status = table.derive(
      table.state, PINSTRIPE_KEY_PLAYBACK, nil, 0, info, UInt32(info.count), PINSTRIPE_KEY_TAG)
    #expect(status == PINSTRIPE_OK)
    return try keys.crypto().mac(bytes.span, Span(), under: .tag).array
  }

  static func wrap(_ key: [UInt8], under wrapping: [UInt8]) -> [UInt8] {
    let context = EVP_CIPHER_CTX_new()
    defer { EVP_CIPHER_CTX_free(context) }
    EVP_CIPHER_CTX_set_flags(context, EVP_CIPHER_CTX_FLAG_WRAP_ALLOW)
    var out = [UInt8](repeating: 0, count: 48)
    var written: Int32 = 0
    let done =
      EVP_EncryptInit_ex(context, EVP_aes_256_wrap(), nil, wrapping, nil) == 1
      && EVP_EncryptUpdate(context, &out, &written, key, Int32(key.count)) == 1
    #expect(done && written == 40)
    return Array(out[..<40])
  }

  struct Outcome {
    var status: Int32
    var recipient = pinstripe_recipient()
    var keys: OpenSSLKeys
  }

  /// Reads a grant as firmware does, into place 9.
  func read(
    _ bytes: [UInt8], testAllowed: Bool = true, device other: KeyVectors.Ladder? = nil,
    fail: (Int, FaultyProvider.Fault)? = nil
  ) throws -> (Outcome, calls: Int) {
    let player = Player()
    let faulty = FaultyProvider(player.keys)
    let owner = other ?? ladder
    #expect(player.insert(keybox: owner.keybox.bytes) == PINSTRIPE_OK)
    var box = pinstripe_keybox()
    box.struct_size = UInt32(MemoryLayout<pinstripe_keybox>.size)
    box.abi_version = PINSTRIPE_ABI_VERSION
    var secret = [UInt8](repeating: 0, count: 32)
    #expect(
      pinstripe_keybox_read(
        faulty.table, owner.keybox.bytes, 128, 1, &box, &secret) == PINSTRIPE_OK)
    if let fail { faulty.fail(fail.0, fail.1) }
    var device = try #require(player.recipients.first)
    var outcome = Outcome(status: 0, keys: player.keys)
    outcome.status = pinstripe_grant_recipient(
      faulty.table, &box, &device, bytes, bytes.count, testAllowed ? 1 : 0, 11, &outcome.recipient)
    return (outcome, faulty.calls)
  }

  func status(_ bytes: [UInt8]) throws -> String {
    Statuses.name(try read(bytes).0.status)
  }

  @Test func givesTheGroupsWrappingKey() throws {
    let (outcome, _) = try read(try grant())
    #expect(outcome.status == PINSTRIPE_OK)
    #expect(outcome.recipient.kind == PINSTRIPE_RECIPIENT_GROUP)
    #expect(outcome.recipient.generation == recipient.generation)
    #expect(outcome.recipient.key == 11)
    #expect(withUnsafeBytes(of: outcome.recipient.key_id) { Array($0) } == recipient.keyId.bytes)
    #expect(outcome.keys.key(at: KeyPlace(number: 11)) == recipient.kWrap.bytes)
    // Nothing of the way there is left.
    #expect(outcome.keys.heldPlaces.isEmpty)
  }

  @Test func refusesEveryFlippedBit() throws {
    let whole = try grant()
    for bit in 0..<whole.count * 8 {
      var bytes = whole
      bytes[bit / 8] ^= 1 << (bit % 8)
      let (outcome, _) = try read(bytes)
      #expect(outcome.status != PINSTRIPE_OK, "bit \(bit)")
      #expect(outcome.recipient.kind == 0, "bit \(bit)")
      #expect(outcome.keys.key(at: KeyPlace(number: 11)) == nil, "bit \(bit)")
      #expect(outcome.keys.heldPlaces.isEmpty, "bit \(bit)")
    }
  }

  @Test func refusesEveryOtherLength() throws {
    let whole = try grant()
    for length in [0, 1, 8, 96, 127] {
      // Not empty: an empty array may have no address.
      #expect(try status(Array(whole[..<max(1, length)])) == "KEYBOX", "\(length) bytes")
    }
    #expect(try status(whole + [0]) == "KEYBOX")
  }

  /// Rightly tagged, and wrong in one field: the page's order of checks.
  @Test(
    arguments: [
      (0, 1, "KEYBOX"), (8, 2, "VERSION"), (9, 1, "VERSION"), (10, 3, "KEYBOX"), (11, 1, "KEYBOX"),
      (12, 1, "KEYBOX"), (12, 4, "KEYBOX"), (13, 1, "KEYBOX"), (36, 11, "NO_SLOT"),
      (40, 11, "NO_SLOT"), (47, 11, "NO_SLOT"), (48, 11, "UNWRAP"), (87, 11, "UNWRAP"),
      (88, 1, "KEYBOX"), (95, 1, "KEYBOX"),
    ] as [(Int, UInt8, String)])
  func tellsFieldsApart(offset: Int, value: UInt8, name: String) throws {
    let bytes = try grant { $0[offset] = $0[offset] == value ? value ^ 0x80 : value }
    #expect(try status(bytes) == name, "byte \(offset)")
  }

  @Test func checksTheTagAfterWhoseItIsAndBeforeTheWrap() throws {
    var bytes = try grant()
    bytes[16] ^= 1
    #expect(try status(bytes) == "TAG")
    bytes[50] ^= 1
    #expect(try status(bytes) == "TAG")
    bytes[40] ^= 1
    #expect(try status(bytes) == "NO_SLOT")
    #expect(try status(grant { $0.put(0, 4, at: 32) }) == "KEYBOX")
  }

  @Test func isForOneDevice() throws {
    let vectors = try VectorFolder.read("keys.json", as: KeyVectors.self)
    let others = vectors.ladder.filter { $0.keyId.bytes != ladder.keyId.bytes }
    #expect(!others.isEmpty)
    for other in others {
      let (outcome, _) = try read(try grant(), device: other)
      #expect(outcome.status == PINSTRIPE_E_NO_SLOT, "\(other.name)")
    }
  }

  @Test func refusesTestGrantsInProduction() throws {
    let production = try read(try grant(), testAllowed: false).0
    #expect(production.status == PINSTRIPE_E_TEST_KEYBOX)
  }

  @Test func refusesImpossibleCalls() throws {
    let keys = OpenSSLKeys()
    let bytes = try grant()
    var box = pinstripe_keybox()
    var device = pinstripe_recipient()
    device.key = 8
    var out = pinstripe_recipient()
    func call(_ key: UInt32) -> Int32 {
      pinstripe_grant_recipient(keys.table, &box, &device, bytes, bytes.count, 1, key, &out)
    }
    #expect(call(7) == PINSTRIPE_E_ARGUMENT)
    #expect(call(8) == PINSTRIPE_E_ARGUMENT)
    #expect(call(11) == PINSTRIPE_E_ABI)
    #expect(
      pinstripe_grant_recipient(nil, &box, &device, bytes, 128, 1, 11, &out)
        == PINSTRIPE_E_ARGUMENT)
    #expect(
      pinstripe_grant_recipient(keys.table, &box, &device, nil, 128, 1, 11, &out)
        == PINSTRIPE_E_ARGUMENT)
  }

  @Test func failsAtEveryCall() throws {
    let bytes = try grant()
    for fault in FaultyProvider.Fault.allCases {
      var failures = 0
      for failing in 0..<30 {
        let (outcome, calls) = try read(bytes, fail: (failing, fault))
        if outcome.status == PINSTRIPE_OK {
          #expect(calls <= failing)
          break
        }
        // A provider's UNWRAP is believed of unwrapping only.
        #expect(outcome.status == PINSTRIPE_E_PROVIDER, "\(fault), call \(failing)")
        #expect(outcome.recipient.kind == 0, "\(fault), call \(failing)")
        #expect(
          outcome.keys.key(at: KeyPlace(number: 11)) == nil, "\(fault), call \(failing)")
        #expect(outcome.keys.heldPlaces.isEmpty, "\(fault), call \(failing)")
        failures += 1
      }
      // K_play, K_grant, three steps of the tag, unwrap, K_wrap, three steps of the key id.
      #expect(failures == 10, "\(fault)")
    }
  }
}
