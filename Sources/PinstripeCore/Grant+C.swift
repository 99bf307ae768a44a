public import CPinstripe

// The grant function of pinstripe_decoder.h; its contract stands there.

/// Reads a grant.
@c @implementation
public func pinstripe_grant_recipient(
  _ provider: UnsafePointer<pinstripe_provider>?, _ keybox: UnsafePointer<pinstripe_keybox>?,
  _ device: UnsafePointer<pinstripe_recipient>?, _ bytes: UnsafePointer<UInt8>?, _ length: Int,
  _ allow_test: UInt32, _ key: UInt32, _ recipient: UnsafeMutablePointer<pinstripe_recipient>?
) -> Int32 {
  guard let provider = unsafe provider, let keybox = unsafe keybox, let device = unsafe device,
    let bytes = unsafe bytes, length >= 0, key >= PINSTRIPE_KEY_FIRST_WRAP,
    unsafe key != device.pointee.key, let recipient = unsafe recipient
  else { return PINSTRIPE_E_ARGUMENT }
  guard unsafe isOfThisABI(keybox, MemoryLayout<pinstripe_keybox>.size)
  else { return PINSTRIPE_E_ABI }
  return status { () throws(TrackError) in
    let table = try unsafe CryptoProvider(provider)
    let grant = try unsafe Grant(decoding: bytes, length)
    guard !grant.isTest || allow_test != 0 else { throw .testKeybox }
    try unsafe recipient.fill(
      grant.kind, grant.generation, key, keybox, table, grant: bytes, for: device)
  }
}
