import CLibCrypto
import Glibc
import PinstripeCore
import PinstripeKeys

/// A suite under its name in figures, with libcrypto's cipher that does the same.
struct Suite {
  let name: String
  let number: UInt16
  let cipher: OpaquePointer

  static var all: [Suite] {
    [
      Suite(name: "aes", number: 2, cipher: EVP_aes_128_ctr()),
      Suite(name: "chacha20", number: 1, cipher: EVP_chacha20()),
    ]
  }
}

/// Two buffers of one size and everything that is measured on them.
final class Bench {
  let size: Int
  /// How often a buffer is gone through in one measurement, so that it takes tens of milliseconds.
  let rounds: Int
  private let source: UnsafeMutableRawPointer
  private let target: UnsafeMutableRawPointer
  private let provider: SoftwareProvider
  private let scratch = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: 16384)

  init(size: Int) throws {
    self.size = size
    rounds = max(1, (128 << 20) / size)
    source = .allocate(byteCount: size, alignment: 4096)
    target = .allocate(byteCount: size, alignment: 4096)
    // Every page is there before it is timed.
    memset(source, 0x5A, size)
    memset(target, 0xA5, size)
    scratch.initialize(repeating: 0)
    provider = try SoftwareProvider()
    try provider.load(SystemRandom.secret(), at: .stripe)
  }

  deinit {
    source.deallocate()
    target.deallocate()
    scratch.deallocate()
  }

  func copying() -> Double {
    cpuTime {
      for _ in 0..<rounds { memcpy(target, source, size) }
    }
  }

  /// All bytes encrypted in place, by libcrypto alone.
  func full(_ suite: Suite) throws -> Double {
    let context = EVP_CIPHER_CTX_new()
    defer { EVP_CIPHER_CTX_free(context) }
    let key = [UInt8](repeating: 7, count: 32)
    let iv = [UInt8](repeating: 0, count: 16)
    guard EVP_EncryptInit_ex2(context, suite.cipher, key, iv, nil) == 1 else {
      throw Failure.crypto
    }
    let bytes = target.assumingMemoryBound(to: UInt8.self)
    var done: CInt = 1
    let time = cpuTime {
      for _ in 0..<rounds {
        var written: CInt = 0
        done &= EVP_EncryptUpdate(context, bytes, &written, bytes, CInt(size))
      }
    }
    guard done == 1 else { throw Failure.crypto }
    return time
  }

  /// The keystream that a stripe needs, made by libcrypto alone in pieces of the scratch buffer's size.
  func keystream(_ suite: Suite, every stride: UInt16) throws -> Double {
    let context = EVP_CIPHER_CTX_new()
    defer { EVP_CIPHER_CTX_free(context) }
    let key = [UInt8](repeating: 7, count: 32)
    let iv = [UInt8](repeating: 0, count: 16)
    let zeros = [UInt8](repeating: 0, count: scratch.count)
    guard EVP_EncryptInit_ex2(context, suite.cipher, key, iv, nil) == 1 else {
      throw Failure.crypto
    }
    var done: CInt = 1
    let time = cpuTime {
      var left = rounds * size / Int(stride)
      while left > 0 {
        var written: CInt = 0
        let piece = min(left, size / Int(stride), scratch.count)
        done &= EVP_EncryptUpdate(context, scratch.baseAddress, &written, zeros, CInt(piece))
        left -= piece
      }
    }
    guard done == 1 else { throw Failure.crypto }
    return time
  }

  /// Every `stride`th byte encrypted, round after round further on in one content.
  ///
  /// - Parameter set: The instruction set; nil for the one that the library chooses.
  func striped(
    _ suite: Suite, every stride: UInt16, inPlace: Bool, in set: InstructionSet? = nil
  ) throws -> Double {
    var table = provider.table.pointee
    if let set { table.stripe = set.stripe }
    return try withUnsafePointer(to: table) { table in
      try striped(suite, stride, inPlace, try CryptoProvider(table))
    }
  }

  private func striped(
    _ suite: Suite, _ stride: UInt16, _ inPlace: Bool, _ crypto: CryptoProvider
  ) throws -> Double {
    var cipher = StripeCipher(
      pattern: try StripePattern(every: stride), suite: try CipherSuite(number: suite.number),
      provider: crypto)
    let bytes = UnsafeMutableBufferPointer(
      start: target.assumingMemoryBound(to: UInt8.self), count: size)
    let clear = UnsafeBufferPointer(start: source.assumingMemoryBound(to: UInt8.self), count: size)
    return try cpuTime {
      for round in 0..<rounds {
        let offset = UInt64(round) * UInt64(size)
        var span = bytes.mutableSpan
        var keystream = scratch.mutableSpan
        if inPlace {
          try cipher.apply(at: offset, to: &span, scratch: &keystream)
        } else {
          try cipher.apply(at: offset, from: clear.span, to: &span, scratch: &keystream)
        }
      }
    }
  }

  /// Frames of 417 and 418 bytes, as an MP3 of 128 kbit/s has them, each a striped run of 32/64.
  func framed(_ suite: Suite) throws -> Double {
    let pattern = try StripePattern(framedHead: 32, every: 64)
    var cipher = StripeCipher(
      pattern: pattern, suite: try CipherSuite(number: suite.number), provider: provider.crypto)
    let bytes = UnsafeMutableBufferPointer(
      start: target.assumingMemoryBound(to: UInt8.self), count: size)
    var run = FrameRun(start: 0, end: 0, rule: .striped, encryptedBefore: 0)
    return try cpuTime {
      for _ in 0..<rounds {
        var done = 0
        while done < size {
          let length = min(417 + done % 2, size - done)
          run.encryptedBefore = run.encryptedCount(before: run.end, under: pattern)
          run.start = run.end
          run.end = run.start + UInt64(length)
          var span = UnsafeMutableBufferPointer(rebasing: bytes[done..<done + length]).mutableSpan
          var keystream = scratch.mutableSpan
          try cipher.apply(run, at: run.start, to: &span, preparing: .max, scratch: &keystream)
          done += length
        }
      }
    }
  }

  enum Failure: Error { case crypto }
}
