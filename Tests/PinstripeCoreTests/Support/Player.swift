import CPinstripe
import PinstripeCore

/// A device as firmware sees it: everything through pinstripe_decoder.h.
final class Player {
  let keys: OpenSSLKeys
  let decoder: UnsafeMutablePointer<pinstripe_decoder>
  let work: UnsafeMutableBufferPointer<UInt8>
  var recipients: [pinstripe_recipient] = []
  /// What stands between the decoder and `keys`.
  var faulty: FaultyProvider?
  /// The contract wants the storage to outlive the open track.
  private var file: TestFile?

  init(workSize: Int = Int(PINSTRIPE_WORK_SIZE_OPENING)) {
    keys = OpenSSLKeys()
    decoder = .allocate(capacity: 1)
    decoder.initialize(to: pinstripe_decoder())
    work = .allocate(capacity: workSize)
    work.initialize(repeating: 0xA5)
  }

  deinit {
    pinstripe_wipe(decoder)
    decoder.deallocate()
    work.deallocate()
  }

  private var provider: UnsafePointer<pinstripe_provider> {
    UnsafePointer(faulty?.table ?? keys.table)
  }

  /// Reads a keybox and becomes the recipient it makes of this device.
  func insert(keybox bytes: [UInt8], testAllowed: Bool = true) -> Int32 {
    var box = pinstripe_keybox()
    box.struct_size = UInt32(MemoryLayout<pinstripe_keybox>.size)
    box.abi_version = PINSTRIPE_ABI_VERSION
    var secret = [UInt8](repeating: 0, count: 32)
    let status = pinstripe_keybox_read(
      provider, bytes, bytes.count, testAllowed ? 1 : 0, &box, &secret)
    guard status == PINSTRIPE_OK else { return status }
    keys.load(secret, at: .root)
    var recipient = pinstripe_recipient()
    let derived = pinstripe_device_recipient(
      provider, &box, PINSTRIPE_KEY_FIRST_WRAP, &recipient)
    if derived == PINSTRIPE_OK { recipients = [recipient] }
    return derived
  }

  func open(_ file: TestFile, clearAllowed: Bool = false) -> Int32 {
    open(file, flags: clearAllowed ? PINSTRIPE_OPEN_ALLOW_CLEAR : 0)
  }

  func open(_ file: TestFile, flags: UInt32) -> Int32 {
    self.file = file
    return pinstripe_open(
      decoder, provider, file.storage, recipients, UInt32(recipients.count), flags,
      work.baseAddress, work.count)
  }

  /// The whole way from a case's files to an open track.
  func open(_ track: TrackCase) -> Int32 {
    let status = insert(keybox: track.keybox, testAllowed: track.testAllowed)
    guard status == PINSTRIPE_OK else { return status }
    return open(TestFile(track.file), clearAllowed: track.clearAllowed)
  }

  func info() -> (status: Int32, info: pinstripe_info) {
    var info = pinstripe_info()
    info.struct_size = UInt32(MemoryLayout<pinstripe_info>.size)
    info.abi_version = PINSTRIPE_ABI_VERSION
    return (pinstripe_get_info(decoder, &info), info)
  }

  /// Decrypts stored bytes that lie at `offset` of the content, in place or to another buffer.
  func xor(_ bytes: [UInt8], at offset: Int, inPlace: Bool = false) -> (Int32, [UInt8]) {
    var out = inPlace ? bytes : [UInt8](repeating: 0xEE, count: bytes.count)
    let status = out.withUnsafeMutableBufferPointer { out in
      bytes.withUnsafeBufferPointer { source in
        // An empty array may have no address.
        var nothing: UInt8 = 0
        return withUnsafeMutablePointer(to: &nothing) { nothing in
          let target = out.baseAddress ?? nothing
          let from = inPlace ? UnsafePointer(target) : source.baseAddress ?? UnsafePointer(nothing)
          return pinstripe_xor_at(decoder, UInt64(offset), from, target, out.count)
        }
      }
    }
    return (status, out)
  }

  var isWiped: Bool {
    UnsafeRawBufferPointer(start: decoder, count: MemoryLayout<pinstripe_decoder>.size)
      .allSatisfy { $0 == 0 }
  }
}
