import CPinstripe
import CProviderOpenSSL
import PinstripeCore
import PinstripeKeys

/// Reads what may be a keybox through the decoder's C API, as it is and with its checksum made right.
///
/// The host's reader, which is another one, must come to the same judgement and the same fields.
@c(LLVMFuzzerTestOneInput)
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  var bytes = Array(UnsafeBufferPointer(start: start, count: count))
  judge(bytes)
  // A fuzzer finds neither the length nor a checksum.
  bytes = Array(bytes.prefix(128)) + [UInt8](repeating: 0, count: 128 - min(128, count))
  bytes.replaceSubrange(0..<8, with: [0x89, 0x50, 0x53, 0x4B, 0x0D, 0x0A, 0x1A, 0x0A])
  let body = Array(bytes[..<96])
  guard let checksum = try? CryptoProvider(table).mac(body.span, Span(), under: .zero)
  else { fatalError("no checksum") }
  for index in 0..<32 { bytes[96 + index] = checksum[index] }
  judge(bytes)
  return 0
}

private func judge(_ bytes: [UInt8]) {
  var box = pinstripe_keybox()
  box.struct_size = UInt32(MemoryLayout<pinstripe_keybox>.size)
  box.abi_version = PINSTRIPE_ABI_VERSION
  var secret = [UInt8](repeating: 0xEE, count: 32)
  // An empty array may have no address, which the API refuses for another reason.
  let status =
    bytes.isEmpty
    ? PINSTRIPE_E_KEYBOX
    : pinstripe_keybox_read(table, bytes, bytes.count, 1, &box, &secret)
  let host = try? PinstripeKeys.Keybox(decoding: bytes.span)
  guard (status == PINSTRIPE_OK) == (host != nil) else {
    fatalError("the decoder says \(status), the host \(host == nil ? "no" : "yes")")
  }
  guard let host else {
    guard box.epoch == 0, secret.allSatisfy({ $0 == 0xEE }) else { fatalError("written to") }
    return
  }
  guard box.epoch == host.epoch, (box.is_test == 1) == host.isTest,
    withUnsafeBytes(of: box.epoch_salt, { Array($0) }) == host.epochSalt,
    host.deviceSecret.withBytes({ span in (0..<32).allSatisfy { span[$0] == secret[$0] } })
  else { fatalError("the fields differ") }
}

// Not a SoftwareProvider: its locked memory is out of the leak detector's sight, and so would be what
// libcrypto allocates for it.
nonisolated(unsafe) private let table: UnsafeMutablePointer<pinstripe_provider> = {
  let table = UnsafeMutablePointer<pinstripe_provider>.allocate(capacity: 1)
  guard pinstripe_openssl_provider(.allocate(capacity: 1), table) == PINSTRIPE_OK
  else { fatalError("no cryptography") }
  return table
}()
