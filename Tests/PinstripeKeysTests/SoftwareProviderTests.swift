import CPinstripe
import PinstripeCore
import Testing

@testable import PinstripeKeys

struct SoftwareProviderTests {
  @Test func givesTheCoreItsTable() throws {
    let provider = try SoftwareProvider()
    #expect(provider.table.pointee.abi_version == PINSTRIPE_ABI_VERSION)
    let key = try SystemRandom.secret()
    try provider.load(key, at: .playback)
    try KeyLadder(provider.crypto).deriveWrappingKey(into: .firstWrap)
    #expect(try !provider.copyKey(at: .firstWrap).equals(key))
    provider.crypto.discard(.playback)
    #expect(throws: KeyError(.argument, "")) { try provider.copyKey(at: .playback) }
  }

  @Test func refusesKeysAndPlacesThatCannotBe() throws {
    let provider = try SoftwareProvider()
    for count in [0, 31, 33] {
      let key = try SystemRandom.secret(count: count)
      #expect(throws: KeyError(.argument, ""), "\(count)") { try provider.load(key, at: .root) }
    }
    let key = try SystemRandom.secret()
    for number in [0, PINSTRIPE_KEY_PLACES, .max] as [UInt32] {
      #expect(throws: KeyError(.argument, ""), "\(number)") {
        try provider.load(key, at: KeyPlace(number: number))
      }
    }
  }

  /// What the host writes the decoder reads: the C functions of a device, on the same table.
  @Test func readsKeyboxesAsADeviceDoes() throws {
    let box = try Keybox.makeTest()
    let bytes = try box.encoded().withBytes { $0.bytes(at: 0, count: 128) }
    let provider = try SoftwareProvider()
    var keybox = pinstripe_keybox()
    keybox.struct_size = UInt32(MemoryLayout<pinstripe_keybox>.size)
    keybox.abi_version = PINSTRIPE_ABI_VERSION
    var secret = [UInt8](repeating: 0, count: 32)
    #expect(
      pinstripe_keybox_read(provider.table, bytes, 128, 0, &keybox, &secret)
        == PINSTRIPE_E_TEST_KEYBOX)
    #expect(
      pinstripe_keybox_read(provider.table, bytes, 128, 1, &keybox, &secret) == PINSTRIPE_OK)
    try provider.load(SecretBytes(copying: secret.span), at: .root)
    var recipient = pinstripe_recipient()
    #expect(
      pinstripe_device_recipient(provider.table, &keybox, PINSTRIPE_KEY_FIRST_WRAP, &recipient)
        == PINSTRIPE_OK)
    let wrapping = try box.playbackKey(name: "").wrappingKey()
    #expect(recipient.key_id.0 == wrapping.id.bytes[0])
    #expect(recipient.key_id.7 == wrapping.id.bytes[7])
    #expect(recipient.generation == 1)
    let content = try SystemRandom.secret()
    try provider.crypto.unwrap(
      wrapping.wrap(content).span, under: .firstWrap, into: .content)
    #expect(try provider.copyKey(at: .content).equals(content))
  }
}
