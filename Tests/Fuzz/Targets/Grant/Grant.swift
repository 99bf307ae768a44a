import CPinstripe
import CProviderOpenSSL
import PinstripeCore
import PinstripeKeys

/// Reads what may be a grant through the decoder's C API, as it is and with its tag made right.
///
/// The host's reader, which is another one, must come to the same judgement and the same key.
@c(LLVMFuzzerTestOneInput)
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  var bytes = Array(UnsafeBufferPointer(start: start, count: count))
  device.judge(bytes)
  // A fuzzer finds neither the length nor a tag.
  bytes = Array(bytes.prefix(128)) + [UInt8](repeating: 0, count: 128 - min(128, count))
  bytes.replaceSubrange(0..<8, with: [0x89, 0x50, 0x53, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])
  bytes.replaceSubrange(36..<48, with: device.name)
  bytes.replaceSubrange(96..<128, with: device.tag(of: Array(bytes[..<96])))
  device.judge(bytes)
  return 0
}

nonisolated(unsafe) private let device = Device()

private final class Device {
  /// The epoch, and the key id.
  let name: [UInt8]
  private let table = UnsafeMutablePointer<pinstripe_provider>.allocate(capacity: 1)
  private let state = UnsafeMutablePointer<pinstripe_openssl_state>.allocate(capacity: 1)
  private var keybox: pinstripe_keybox
  private var own: pinstripe_recipient
  private let playback: PlaybackKey

  init() {
    var keybox = pinstripe_keybox()
    keybox.struct_size = UInt32(MemoryLayout<pinstripe_keybox>.size)
    keybox.abi_version = PINSTRIPE_ABI_VERSION
    var secret = [UInt8](repeating: 0, count: 32)
    var own = pinstripe_recipient()
    guard pinstripe_openssl_provider(state, table) == PINSTRIPE_OK,
      let box = try? PinstripeKeys.Keybox.makeTest(), let file = try? box.encoded(),
      let playback = try? box.playbackKey(name: "fuzz"),
      case let bytes = file.withBytes({ span in span.indices.map { span[$0] } }),
      pinstripe_keybox_read(table, bytes, bytes.count, 1, &keybox, &secret) == PINSTRIPE_OK,
      pinstripe_openssl_load_key(state, PINSTRIPE_KEY_ROOT, secret) == PINSTRIPE_OK,
      pinstripe_device_recipient(table, &keybox, PINSTRIPE_KEY_FIRST_WRAP, &own) == PINSTRIPE_OK
    else { fatalError("no device") }
    self.keybox = keybox
    self.own = own
    self.playback = playback
    name = [1, 0, 0, 0] + withUnsafeBytes(of: own.key_id) { Array($0) }
  }

  func tag(of bytes: [UInt8]) -> [UInt8] {
    do {
      let crypto = try CryptoProvider(table)
      _ = playback.secret.withBytes { span in
        span.withUnsafeBufferPointer {
          pinstripe_openssl_load_key(state, PINSTRIPE_KEY_PLAYBACK, $0.baseAddress)
        }
      }
      try KeyLadder(crypto).deriveGrantKey(into: .tag)
      let tag = try crypto.mac(bytes.span, Span(), under: .tag)
      return tag.indices.map { tag[$0] }
    } catch {
      fatalError("no tag")
    }
  }

  func judge(_ bytes: [UInt8]) {
    var granted = pinstripe_recipient()
    // An empty array may have no address, which the API refuses for another reason.
    let status =
      bytes.isEmpty
      ? PINSTRIPE_E_KEYBOX
      : pinstripe_grant_recipient(
        table, &keybox, &own, bytes, bytes.count, 1, PINSTRIPE_KEY_FIRST_WRAP + 1, &granted)
    let host = try? PinstripeKeys.Grant.open(bytes.span, with: playback)
    guard (status == PINSTRIPE_OK) == (host != nil) else {
      fatalError("the decoder says \(status), the host \(host == nil ? "no" : "yes")")
    }
    guard let host else {
      guard granted.kind == 0 else { fatalError("written to") }
      return
    }
    guard granted.kind == host.kind.rawValue, granted.generation == host.generation,
      (try? host.wrappingKey().id.description)
        == KeyID(
          bytes: InlineArray { index in
            withUnsafeBytes(of: granted.key_id) { $0[index] }
          }
        ).description
    else { fatalError("the fields differ") }
  }
}
