/// The positional cipher of a track's payload.
///
/// Host and device call this one function: encrypting *is* decrypting, and any byte range can be done
/// at any time, in any order and any pieces, with the same result.
public struct StripeCipher {
  /// Which bytes are covered.
  public let pattern: StripePattern
  /// Whose keystream.
  public let suite: CipherSuite
  let provider: CryptoProvider
  private let key: KeyPlace
  private var window = KeystreamWindow()

  /// The smallest scratch buffer, in bytes: a block of any suite, several times over.
  public static var minimumScratch: Int { 256 }

  /// Makes a cipher whose keystream comes from the key at `key` of `provider`.
  public init(
    pattern: StripePattern, suite: CipherSuite, provider: CryptoProvider, key: KeyPlace = .stripe
  ) {
    self.pattern = pattern
    self.suite = suite
    self.provider = provider
    self.key = key
  }

  /// Encrypts or decrypts content bytes in place.
  ///
  /// - Parameters:
  ///   - bytes: The bytes of the content from `offset` on.
  ///   - offset: Where in the content they lie; at most 2^56.
  ///   - scratch: At least ``minimumScratch`` bytes for keystream, the same buffer for every call of
  ///     this cipher: what is left in it is used again. Larger pieces are faster up to about 16 KiB.
  /// - Throws: ``TrackError/provider``, after which `bytes` is unusable; ``TrackError/workSize``;
  ///   ``TrackError/tooLarge`` beyond 2^38 encrypted bytes; ``TrackError/range`` beyond 2^56.
  public mutating func apply(
    at offset: UInt64, to bytes: inout MutableSpan<UInt8>, scratch: inout MutableSpan<UInt8>
  ) throws(TrackError) {
    guard !pattern.isClear, bytes.count > 0 else { return }
    guard scratch.count >= Self.minimumScratch else { throw .workSize }
    guard offset <= TrackLayout.maximumContentLength,
      UInt64(bytes.count) <= TrackLayout.maximumContentLength &- offset
    else { throw .range }

    let stride = Int(pattern.stride)
    var index = pattern.encryptedCount(before: offset)
    let end = pattern.encryptedCount(before: offset &+ UInt64(bytes.count))
    guard end <= TrackLayout.maximumEncryptedBytes else { throw .tooLarge }

    // Position of keystream byte `index`, relative to `bytes`; below `bytes.count` while index < end.
    var position = Int(
      truncatingIfNeeded: UInt64(pattern.phase) &+ index &* UInt64(stride) &- offset)
    let shift = suite.blockShift
    while index < end {
      if !window.holds(index >> shift) { try fill(from: index, to: end, &scratch) }
      // Less than the scratch buffer's size.
      let start = Int(truncatingIfNeeded: index &- window.firstBlock << shift)
      let left = Int(truncatingIfNeeded: window.blocks << shift) &- start
      let count = Int(truncatingIfNeeded: min(UInt64(truncatingIfNeeded: left), end &- index))
      Self.stripe(&bytes, from: position, every: stride, with: scratch, at: start, count)
      position &+= count &* stride
      index &+= UInt64(truncatingIfNeeded: count)
    }
  }

  /// The keystream blocks that cover the content bytes `start ..< end`.
  public func keystreamBlocks(
    from start: UInt64, to end: UInt64
  ) -> (first: UInt64, count: UInt64) {
    blocks(pattern.encryptedCount(before: start), pattern.encryptedCount(before: end))
  }

  /// Says that the scratch buffer is another one from now on.
  mutating func forgetKeystream() {
    window = KeystreamWindow()
  }

  /// The keystream blocks that hold the keystream bytes `start ..< end`.
  private func blocks(_ start: UInt64, _ end: UInt64) -> (first: UInt64, count: UInt64) {
    guard start < end else { return (0, 0) }
    let first = start >> suite.blockShift
    return (first, ((end &- 1) >> suite.blockShift) &- first &+ 1)
  }

  /// Fills `scratch` with the keystream blocks of the keystream bytes `index ..< end`, as far as it
  /// has room.
  private mutating func fill(
    from index: UInt64, to end: UInt64, _ scratch: inout MutableSpan<UInt8>
  ) throws(TrackError) {
    let needed = blocks(index, end)
    let room = UInt64(truncatingIfNeeded: scratch.count) >> suite.blockShift
    let count = min(needed.count, room)
    // Whatever happens, the former blocks are gone.
    window = KeystreamWindow()
    try provider.keystream(
      suite, key: key, firstBlock: needed.first, blocks: Int(truncatingIfNeeded: count),
      into: &scratch)
    window = KeystreamWindow(firstBlock: needed.first, blocks: count)
  }

  /// The scalar stripe: `count` bytes from `position` on, `stride` apart, XORed with `keystream`.
  ///
  /// Four at a time, because one load, XOR and store each would wait for the one before.
  private static func stripe(
    _ bytes: inout MutableSpan<UInt8>, from position: Int, every stride: Int,
    with keystream: borrowing MutableSpan<UInt8>, at start: Int, _ count: Int
  ) {
    guard count > 0, position >= 0, start >= 0, start &+ count <= keystream.count,
      position &+ (count &- 1) &* stride < bytes.count
    else { return }
    unsafe bytes.withUnsafeMutableBufferPointer { bytes in
      unsafe keystream.withUnsafeBufferPointer { keystream in
        guard let base = bytes.baseAddress, let stream = keystream.baseAddress else { return }
        var byte = unsafe base + position
        var key = unsafe stream + start
        var left = count
        while left >= 4 {
          unsafe byte[0] ^= key[0]
          unsafe byte[stride] ^= key[1]
          unsafe byte[2 &* stride] ^= key[2]
          unsafe byte[3 &* stride] ^= key[3]
          unsafe byte += 4 &* stride
          unsafe key += 4
          left &-= 4
        }
        while left > 0 {
          unsafe byte[0] ^= key[0]
          unsafe byte += stride
          unsafe key += 1
          left &-= 1
        }
      }
    }
  }
}

/// Which keystream blocks a scratch buffer holds, from its start on.
struct KeystreamWindow {
  var firstBlock: UInt64 = 0
  var blocks: UInt64 = 0

  func holds(_ block: UInt64) -> Bool {
    block &- firstBlock < blocks
  }
}
