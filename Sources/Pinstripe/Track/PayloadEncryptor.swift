import PinstripeCore
import PinstripeFrames
import PinstripeKeys

/// Encrypts a content's bytes in place, from the first to the last, along its runs.
///
/// A value, so that a buffer with its hundreds of runs is one access to a stored property: checking each
/// took a sixth of the time.
struct PayloadEncryptor {
  /// Bytes encrypted so far.
  private(set) var contentLength: UInt64 = 0
  private let pattern: StripePattern
  private var tracker: RunTracker
  private var cipher: StripeCipher
  private var scratch = [UInt8](repeating: 0, count: PayloadEncryptor.scratchSize)

  /// Keystream is made in pieces of this size: large enough that a call to libcrypto costs nothing,
  /// small enough for the first-level cache.
  private static let scratchSize = 16_384

  /// Starts with the keystream key that lies in the provider.
  init(_ pattern: StripePattern, _ suite: CipherSuite, _ provider: SoftwareProvider) {
    self.pattern = pattern
    tracker = RunTracker(pattern)
    cipher = StripeCipher(pattern: pattern, suite: suite, provider: provider.crypto)
  }

  /// How many of the bytes were encrypted.
  var encryptedLength: UInt64 {
    tracker.open?.encryptedCount(before: contentLength, under: pattern)
      ?? pattern.encryptedCount(before: contentLength)
  }

  /// The run that goes on, ended here.
  var lastRun: FrameRun? { tracker.close(at: contentLength) }

  /// Encrypts the next bytes.
  ///
  /// - Parameter runs: The runs that begin in them, in order.
  /// - Returns: The runs that ended.
  /// - Throws: ``TrackError/argument`` for a run that begins elsewhere, and what the cipher throws.
  mutating func encrypt(
    _ bytes: UnsafeMutableRawBufferPointer, runs: [RunStart]
  ) throws(TrackError) -> [FrameRun] {
    var closed: [FrameRun] = []
    closed.reserveCapacity(runs.count)
    let start = contentLength
    for run in runs {
      guard run.offset >= contentLength, run.offset - start < UInt64(bytes.count) else {
        throw .argument
      }
      try apply(to: bytes, from: start, upTo: Int(run.offset - start))
      if let run = tracker.begin(run) { closed.append(run) }
    }
    try apply(to: bytes, from: start, upTo: bytes.count)
    return closed
  }

  /// Encrypts up to an index of the bytes, which are those from `start` on.
  private mutating func apply(
    to bytes: UnsafeMutableRawBufferPointer, from start: UInt64, upTo end: Int
  ) throws(TrackError) {
    let first = Int(contentLength - start)
    guard first < end else { return }
    try Self.apply(
      &cipher, &scratch, tracker.open, at: contentLength,
      to: UnsafeMutableRawBufferPointer(rebasing: bytes[first..<end]))
    contentLength += UInt64(end - first)
  }

  private static func apply(
    _ cipher: inout StripeCipher, _ scratch: inout [UInt8], _ run: FrameRun?, at offset: UInt64,
    to bytes: UnsafeMutableRawBufferPointer
  ) throws(TrackError) {
    var span = MutableSpan<UInt8>(
      _unsafeElements: bytes.assumingMemoryBound(to: UInt8.self))
    var keystream = scratch.mutableSpan
    if let run {
      try cipher.apply(run, at: offset, to: &span, preparing: .max, scratch: &keystream)
    } else {
      try cipher.apply(at: offset, to: &span, scratch: &keystream)
    }
  }
}
