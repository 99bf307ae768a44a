import CPinstripe
import CProviderOpenSSL
import PinstripeCore

/// Opens what may be a track, through the decoder's C API.
///
/// First the bytes as they are, with real cryptography, which refuses nearly all. Then as changes of a
/// track's header, trailer and size, for a provider that finds every tag right: this is what somebody
/// who has the keys could write. What opens is described and read.
@c(LLVMFuzzerTestOneInput)
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  let input = UnsafeBufferPointer(start: start, count: count)
  open(HostileFile(bytes: Array(input), size: UInt64(count)), provider: UnsafePointer(real))
  open(HostileFile(expanding: input), provider: UnsafePointer(accepting))
  return 0
}

/// Bytes at the start and at the end of a file, with zeros between them.
private final class HostileFile {
  private let front: [UInt8]
  private let back: [UInt8]
  let size: UInt64

  init(bytes: [UInt8], size: UInt64) {
    front = bytes
    back = []
    self.size = size
  }

  /// Takes a mode, 8 bytes of size, 512 of header area and 320 of trailer, as differences from a track
  /// of 100 bytes that opens: what is missing changes nothing.
  init(expanding input: UnsafeBufferPointer<UInt8>) {
    var rest = input[...]
    func next() -> UInt8 { rest.popFirst() ?? 0 }
    let hasTrailer = next() & 1 == 1
    var header = [UInt8](repeating: 0, count: 4096)
    var trailer = [UInt8](repeating: 0, count: hasTrailer ? 1024 : 0)
    header.replaceSubrange(0..<8, with: [0x89, 0x50, 0x53, 0x54, 0x0D, 0x0A, 0x1A, 0x0A])
    // Version, suite, a slot; every 3rd; offset; codec.
    for (offset, value) in [(8, 1), (12, 1), (14, 1), (24, 1), (26, 3), (49, 0x10)] {
      header[offset] = UInt8(value)
    }
    header[hasTrailer ? 20 : 40] = hasTrailer ? 1 : 100
    header.replaceSubrange(56..<60, with: "data".utf8)
    // The slot's recipient and epoch.
    header[128] = 1
    header[132] = 1
    let number = (0..<8).reduce(UInt64(0)) { $0 | UInt64(next()) << UInt64(8 * $1) }
    size = number ^ UInt64(4196 + trailer.count)
    for offset in 0..<512 { header[offset] ^= next() }
    if hasTrailer {
      trailer.replaceSubrange(0..<8, with: [0x89, 0x50, 0x53, 0x45, 0x0D, 0x0A, 0x1A, 0x0A])
      trailer[8] = 100
      for offset in 0..<320 { trailer[offset] ^= next() }
    }
    front = header
    back = trailer
  }

  func read(_ offset: UInt64, _ out: UnsafeMutablePointer<UInt8>, _ length: Int) -> Int32 {
    guard offset <= size, UInt64(length) <= size - offset else { return PINSTRIPE_E_STORAGE }
    for index in 0..<length {
      let position = offset + UInt64(index)
      let fromEnd = size - position
      if fromEnd <= UInt64(back.count) {
        out[index] = back[back.count - Int(fromEnd)]
      } else {
        out[index] = position < UInt64(front.count) ? front[Int(position)] : 0
      }
    }
    return PINSTRIPE_OK
  }
}

private func open(_ file: HostileFile, provider: UnsafePointer<pinstripe_provider>) {
  var storage = pinstripe_storage(
    struct_size: UInt32(MemoryLayout<pinstripe_storage>.size),
    abi_version: PINSTRIPE_ABI_VERSION, state: Unmanaged.passUnretained(file).toOpaque(),
    size: file.size,
    read: { state, offset, out, length in
      guard let state else { return PINSTRIPE_E_STORAGE }
      return Unmanaged<HostileFile>.fromOpaque(state).takeUnretainedValue()
        .read(offset, out, Int(length))
    })
  var recipient = pinstripe_recipient()
  recipient.kind = PINSTRIPE_RECIPIENT_DEVICE
  recipient.generation = 1
  recipient.key = PINSTRIPE_KEY_FIRST_WRAP
  let status = pinstripe_open(
    decoder, provider, &storage, &recipient, 1, PINSTRIPE_OPEN_ALLOW_CLEAR, work, 4096)
  withExtendedLifetime(file) {
    if status == PINSTRIPE_OK { use(file) } else { requireWiped("after \(status)") }
    pinstripe_wipe(decoder)
    requireWiped("when wiped")
  }
}

/// Reads all there is to an open track.
private func use(_ file: HostileFile) {
  var info = pinstripe_info()
  info.struct_size = UInt32(MemoryLayout<pinstripe_info>.size)
  info.abi_version = PINSTRIPE_ABI_VERSION
  require(pinstripe_get_info(decoder, &info) == PINSTRIPE_OK, "no info")
  require(info.content_length <= file.size - 4096, "content behind the end of the file")
  let length = info.content_length
  for offset in [0, 1, UInt64(info.phase), length / 2, length - min(length, 700)] {
    let count = Int(min(700, length - min(length, offset)))
    guard offset <= length else { continue }
    require(pinstripe_xor_at(decoder, offset, bytes, bytes, count) == PINSTRIPE_OK, "no range")
    var first: UInt64 = 0
    var blocks: UInt64 = 0
    require(
      pinstripe_keystream_range(decoder, offset, UInt64(count), &first, &blocks) == PINSTRIPE_OK,
      "no keystream range")
    require(blocks <= 700 / 16 + 2, "too much keystream")
  }
  require(pinstripe_seek(decoder, length) == PINSTRIPE_OK, "no end")
  require(pinstripe_seek(decoder, length + 1) == PINSTRIPE_E_RANGE, "more than the end")
}

private func requireWiped(_ when: String) {
  let context = UnsafeRawBufferPointer(start: decoder, count: 256)
  require(context.allSatisfy { $0 == 0 }, "the context is not zero \(when)")
}

private func require(_ isTrue: Bool, _ what: String) {
  if !isTrue { fatalError(what) }
}

// One fuzzer runs in one thread.
nonisolated(unsafe) private let decoder = UnsafeMutablePointer<pinstripe_decoder>.allocate(
  capacity: 1)
nonisolated(unsafe) private let work = UnsafeMutablePointer<UInt8>.allocate(capacity: 4096)
nonisolated(unsafe) private let bytes = {
  let bytes = UnsafeMutablePointer<UInt8>.allocate(capacity: 700)
  bytes.initialize(repeating: 0, count: 700)
  return bytes
}()

nonisolated(unsafe) private let real: UnsafeMutablePointer<pinstripe_provider> = {
  let state = UnsafeMutablePointer<pinstripe_openssl_state>.allocate(capacity: 1)
  let table = UnsafeMutablePointer<pinstripe_provider>.allocate(capacity: 1)
  let key = [UInt8](repeating: 7, count: 32)
  guard pinstripe_openssl_provider(state, table) == PINSTRIPE_OK,
    pinstripe_openssl_load_key(state, PINSTRIPE_KEY_FIRST_WRAP, key) == PINSTRIPE_OK
  else { fatalError("no cryptography") }
  return table
}()

/// Every key unwraps, every tag is zeros, and the keystream too.
nonisolated(unsafe) private let accepting: UnsafeMutablePointer<pinstripe_provider> = {
  let table = UnsafeMutablePointer<pinstripe_provider>.allocate(capacity: 1)
  table.initialize(
    to: pinstripe_provider(
      struct_size: UInt32(MemoryLayout<pinstripe_provider>.size),
      abi_version: PINSTRIPE_ABI_VERSION, state: nil,
      derive: { _, _, _, _, _, count, _ in count <= 64 ? PINSTRIPE_OK : PINSTRIPE_E_ARGUMENT },
      unwrap: { _, _, wrapped, _ in wrapped[0] & 1 == 0 ? PINSTRIPE_OK : PINSTRIPE_E_UNWRAP },
      mac_begin: { _, _ in PINSTRIPE_OK },
      mac_update: { _, _, _ in PINSTRIPE_OK },
      mac_finish: { _, tag in
        tag.update(repeating: 0, count: 32)
        return PINSTRIPE_OK
      },
      keystream: { _, _, suite, _, out, count in
        out.update(repeating: 0, count: Int(count) * (suite == 1 ? 64 : 16))
        return Int32(count)
      },
      discard: { _, _ in }, stripe: nil))
  return table
}()
