import Glibc
import Pinstripe
import PinstripeCore
import PinstripeKeys

/// What chunk tags cost: packing with them beside packing without, and reading as well, in one process.
///
/// No gate: they are off unless asked for, and the figure is there to decide by.
@main
struct ChunkTagBenchmark {
  static let size = 64 << 20
  /// As `pinstripe pack` reads.
  static let piece = 1 << 17
  /// Odd, so that there is a median.
  static let runs = 5

  static func main() throws {
    let key = try Keybox.makeTest().playbackKey(name: "benchmark").wrappingKey()
    let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 64)
    for index in stride(from: 0, to: size, by: 4096) { bytes[index] = UInt8(index >> 12 & 255) }
    for chunk in [4096, 65_536, 1_048_576] {
      var ratios: [Double] = []
      // What is compared is measured close together, so that both meet the same machine.
      for _ in 0..<runs {
        let without = try packing(bytes, key, chunk: nil)
        ratios.append(try packing(bytes, key, chunk: chunk) / without)
      }
      let percent = ((median(ratios) - 1) * 1000).rounded() / 10
      print("figure stripe.chunktags.\(chunk >> 10)KiB.overhead_percent \(percent) percent")
    }
    print("figure stripe.chunktags.64KiB.size_percent \(1600.0 / 65_536) percent")
  }

  /// CPU time of encrypting all bytes in pieces, with the digest that packing always makes.
  static func packing(
    _ bytes: UnsafeMutableRawBufferPointer, _ key: WrappingKey, chunk: Int?
  ) throws -> Double {
    var recipe = TrackRecipe(
      pattern: try StripePattern(every: 10), suite: .chacha20, recipients: [key])
    recipe.chunkSize = chunk
    let encryptor = try PartialEncryptor(recipe, layout: .trailer, sourceName: nil)
    return try cpuTime {
      for offset in stride(from: 0, to: bytes.count, by: piece) {
        let part = bytes[offset..<min(offset + piece, bytes.count)]
        try encryptor.encrypt(UnsafeMutableRawBufferPointer(rebasing: part))
      }
      _ = try encryptor.finish(codec: .init("data"))
    }
  }

  static func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }

  /// Nanoseconds of CPU time that this thread takes for a body.
  static func cpuTime(_ body: () throws -> Void) rethrows -> Double {
    func now() -> Double {
      var time = timespec()
      clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
      return Double(time.tv_sec) * 1e9 + Double(time.tv_nsec)
    }
    let start = now()
    try body()
    return now() - start
  }
}
