import CPinstripe
import PinstripePlayer

/// A track whose cryptography is a stub.
///
/// Every key unwraps, every tag is zero, and keystream byte j is `UInt8(j * 7 + 1)`. What is tested
/// here is how the bytes travel, not how they are encrypted.
enum StubTrack {
  static let keyID: [UInt8] = [1, 2, 3, 4, 5, 6, 7, 8]

  static func content(_ length: Int) -> [UInt8] {
    (0..<length).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }
  }

  /// A whole file of `content`, every `stride`th byte encrypted (TrackFormat.md, "Header area").
  static func file(_ content: [UInt8], stride: UInt16 = 10) -> [UInt8] {
    var bytes: [UInt8] = [0x89, 0x50, 0x53, 0x54, 0x0D, 0x0A, 0x1A, 0x0A]
    func put(_ value: UInt64, _ count: Int) {
      for index in 0..<count { bytes.append(UInt8(truncatingIfNeeded: value >> UInt64(8 * index))) }
    }
    for field: UInt64 in [1, 0, 1, 1, 0, 0] { put(field, 2) }  // version, suite 1, one slot
    put(0, 4)
    put(1, 2)  // pattern kind: every
    put(UInt64(stride), 2)
    put(0, 12)
    put(UInt64(content.count), 8)
    put(4096, 8)
    bytes += Array("mp3 ".utf8)
    bytes += [UInt8](repeating: 0, count: 128 - bytes.count)
    put(1, 4)  // slot: a device's
    put(3, 4)  // epoch
    bytes += keyID
    bytes += [UInt8](repeating: 0, count: 4096 - bytes.count)
    for (index, byte) in content.enumerated() {
      let isEncrypted = index % Int(stride) == 0
      bytes.append(isEncrypted ? byte ^ keystream(index / Int(stride)) : byte)
    }
    return bytes
  }

  static func keystream(_ index: Int) -> UInt8 {
    UInt8(truncatingIfNeeded: index &* 7 &+ 1)
  }

  static var recipient: pinstripe_recipient {
    pinstripe_recipient(
      key_id: (1, 2, 3, 4, 5, 6, 7, 8), kind: PINSTRIPE_RECIPIENT_DEVICE, generation: 3,
      key: PINSTRIPE_KEY_FIRST_WRAP, reserved: 0)
  }

  /// The provider's table; its state, when there is one, is the number of keystream calls that still
  /// succeed.
  static func provider(_ keystreamCalls: UnsafeMutablePointer<Int>? = nil) -> pinstripe_provider {
    pinstripe_provider(
      struct_size: UInt32(MemoryLayout<pinstripe_provider>.size),
      abi_version: PINSTRIPE_ABI_VERSION, state: keystreamCalls,
      derive: { _, _, _, _, _, _, _ in PINSTRIPE_OK },
      unwrap: { _, _, _, _ in PINSTRIPE_OK },
      mac_begin: { _, _ in PINSTRIPE_OK },
      mac_update: { _, _, _ in PINSTRIPE_OK },
      mac_finish: { _, tag in
        tag.update(repeating: 0, count: 32)
        return PINSTRIPE_OK
      },
      keystream: { state, _, _, first, out, count in
        if let calls = state?.assumingMemoryBound(to: Int.self) {
          guard calls.pointee > 0 else { return PINSTRIPE_E_PROVIDER }
          calls.pointee -= 1
        }
        for index in 0..<Int(count) * 64 {
          out[index] = StubTrack.keystream(Int(first) * 64 + index)
        }
        return Int32(count)
      },
      discard: { _, _ in }, stripe: nil)
  }
}

/// Opens `storage` with the stub's keys for the time of `body`.
func withReader(
  _ storage: consuming MemoryStorage, keystreamCalls: Int = .max,
  recipients: [pinstripe_recipient] = [StubTrack.recipient],
  _ body: (inout TrackReader<MemoryStorage>) throws(PlayerError) -> Void
) throws(PlayerError) {
  var calls = keystreamCalls
  var storage: MemoryStorage? = storage
  try withUnsafeMutablePointer(to: &calls) { calls throws(PlayerError) in
    var provider = StubTrack.provider(calls)
    try withUnsafePointer(to: &provider) { table throws(PlayerError) in
      guard let file = storage.take() else { return }
      var reader = try TrackReader(file, provider: table, recipients: recipients.span)
      try body(&reader)
    }
  }
}

/// An error in a form that tests can compare.
func describe(_ body: () throws(PlayerError) -> Void) -> String {
  do throws(PlayerError) {
    try body()
    return "none"
  } catch {
    return "\(error)"
  }
}

extension ContentSource where Self: ~Copyable {
  /// Up to `count` bytes, in as many reads as it takes.
  mutating func bytes(_ count: Int) throws(PlayerError) -> [UInt8] {
    var all: [UInt8] = []
    while all.count < count {
      var piece = [UInt8](repeating: 0, count: count - all.count)
      var span = piece.mutableSpan
      let got = try read(into: &span)
      if got == 0 { break }
      all += piece[..<got]
    }
    return all
  }
}
