import CPinstripe
import PinstripeCore
import Testing

@testable import PinstripeKeys

struct GrantTests {
  let box: Keybox
  let device: PlaybackKey
  let key: SharedKey
  let bytes: [UInt8]

  init() throws {
    box = try Keybox.makeTest()
    device = try box.playbackKey(name: "player")
    key = try SharedKey.make(.group, name: "family")
    bytes = try Grant.make(of: key, for: device)
  }

  func open(_ bytes: [UInt8], _ device: PlaybackKey) throws -> SharedKey {
    try Grant.open(bytes.span, with: device)
  }

  func refusal(_ bytes: [UInt8], _ device: PlaybackKey) -> KeyError? {
    do {
      _ = try open(bytes, device)
      return nil
    } catch {
      return error as? KeyError
    }
  }

  @Test func opensWithTheDevicesKey() throws {
    for kind in SharedKey.Kind.allCases {
      let (id, secret) = (try HolderID.random(), try SystemRandom.secret())
      let key = try SharedKey(id: id, kind: kind, generation: 7, name: "x", secret: secret)
      let bytes = try Grant.make(of: key, for: device)
      let again = try open(bytes, device)
      #expect(again.id == key.id && again.kind == kind && again.generation == 7)
      #expect(again.secret.equals(key.secret))
      #expect(again.name.isEmpty)
    }
  }

  /// By constants of TrackFormat.md, the tag by the provider's own table.
  @Test func liesAsDocumented() throws {
    #expect(bytes.count == 128)
    #expect(bytes[..<8] == [0x89, 0x50, 0x53, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])
    #expect(bytes[8..<16] == [1, 0, 1, 0, 3, 0, 0, 0])
    #expect(Array(bytes[16..<32]) == key.id.bytes)
    #expect(bytes[32..<40] == [1, 0, 0, 0, 1, 0, 0, 0])
    let wrapping = try device.wrappingKey()
    #expect("\(wrapping.id)" == Array(bytes[40..<48]).hexadecimal)
    #expect(bytes[88..<96].allSatisfy { $0 == 0 })
    let provider = ProviderTable()
    #expect(provider.load(device.secret.withBytes { $0.bytes(at: 0, count: 32) }, at: 2) == 0)
    let wrapInfo = Array("pinstripe v1 wrap".utf8) + [0]
    let grantInfo = Array("pinstripe v1 grant".utf8) + [0]
    #expect(provider.derive(8, from: 2, salt: [], info: wrapInfo) == 0)
    #expect(provider.derive(9, from: 2, salt: [], info: grantInfo) == 0)
    #expect(Array(bytes[96...]) == provider.mac(Array(bytes[..<96]), key: 9))
    #expect(provider.unwrap(Array(bytes[48..<88]), under: 8, into: 10) == 0)
    #expect(provider.key(at: 10) == key.secret.withBytes { $0.bytes(at: 0, count: 32) })
  }

  /// The decoder reads what the desktop makes, and the key opens what is packed for it.
  @Test func worksOnTheDevice() throws {
    let provider = ProviderTable()
    var table = provider.table
    var keybox = pinstripe_keybox()
    keybox.struct_size = UInt32(MemoryLayout<pinstripe_keybox>.size)
    keybox.abi_version = PINSTRIPE_ABI_VERSION
    var secret = [UInt8](repeating: 0, count: 32)
    let file = try box.encoded().withBytes { $0.bytes(at: 0, count: 128) }
    #expect(pinstripe_keybox_read(&table, file, 128, 1, &keybox, &secret) == PINSTRIPE_OK)
    #expect(provider.load(secret, at: PINSTRIPE_KEY_ROOT) == 0)
    var own = pinstripe_recipient()
    var granted = pinstripe_recipient()
    #expect(pinstripe_device_recipient(&table, &keybox, 10, &own) == PINSTRIPE_OK)
    let status = pinstripe_grant_recipient(
      &table, &keybox, &own, bytes, bytes.count, 1, 11, &granted)
    #expect(status == PINSTRIPE_OK)
    let wrapping = try key.wrappingKey()
    #expect(granted.kind == PINSTRIPE_RECIPIENT_GROUP && granted.generation == 1)
    #expect(
      withUnsafeBytes(of: granted.key_id) { Array($0) }.hexadecimal == wrapping.id.description)
    let contentKey = try SystemRandom.secret()
    let slot = try wrapping.slot(for: contentKey)
    #expect(slot.recipient == 3 && slot.generation == 1)
    let wrap = slot.wrap
    #expect(provider.unwrap(wrap.span.bytes(at: 0, count: 40), under: 11, into: 12) == 0)
    #expect(provider.key(at: 12) == contentKey.withBytes { $0.bytes(at: 0, count: 32) })
  }

  @Test func refusesEveryFlippedBit() throws {
    for bit in 0..<bytes.count * 8 {
      var damaged = bytes
      damaged[bit / 8] ^= 1 << (bit % 8)
      #expect(refusal(damaged, device) != nil, "bit \(bit)")
    }
    for length in 0..<bytes.count {
      #expect(refusal(Array(bytes[..<length]), device) != nil, "\(length) bytes")
    }
    #expect(refusal(bytes + [0], device)?.code == .damaged)
  }

  @Test func tellsWhatIsWrong() throws {
    func edited(_ offset: Int, _ value: UInt8) -> [UInt8] {
      var bytes = bytes
      bytes[offset] = value
      return bytes
    }
    #expect(refusal(edited(3, 0x4B), device)?.code == .wrongKind)
    #expect(refusal(edited(8, 2), device)?.code == .version)
    #expect(refusal(edited(12, 1), device)?.code == .damaged)
    #expect(refusal(edited(88, 1), device)?.code == .damaged)
    #expect(refusal(edited(36, 2), device)?.code == .otherDevice)
    #expect(refusal(edited(16, bytes[16] ^ 1), device)?.code == .tampered)
    let other = try Keybox.makeTest().playbackKey(name: "other")
    #expect(refusal(bytes, other)?.code == .otherDevice)
  }

  /// Two grants of one key share nothing but what names it.
  @Test func isNoSecret() throws {
    let secret = key.secret.withBytes { $0.bytes(at: 0, count: 32) }
    for start in 0..<96 { #expect(Array(bytes[start..<start + 32]) != secret) }
    #expect(!bytes.contains(Array("family".utf8)))
  }
}
