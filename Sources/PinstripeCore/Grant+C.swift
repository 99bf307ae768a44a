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
  guard unsafe keybox.pointee.isOfThisABI else { return PINSTRIPE_E_ABI }
  do throws(TrackError) {
    let table = try unsafe CryptoProvider(provider)
    let file = unsafe Span(_unsafeStart: bytes, count: length)
    let grant = try Grant(decoding: file)
    guard !grant.isTest || allow_test != 0 else { throw .testKeybox }
    let place = KeyPlace(number: key)
    defer { table.discard(.playback) }
    do throws(TrackError) {
      try unsafe keybox.pointee.derivePlaybackKey(KeyLadder(table))
      let id = try unsafe Grant.deriveKey(of: file, for: device.pointee, into: place, table)
      unsafe recipient.pointee.id = id
    } catch {
      table.discard(place)
      throw error
    }
    unsafe recipient.pointee.kind = grant.kind
    unsafe recipient.pointee.generation = grant.generation
    unsafe recipient.pointee.key = key
    unsafe recipient.pointee.reserved = 0
    return PINSTRIPE_OK
  } catch {
    return error.status
  }
}
