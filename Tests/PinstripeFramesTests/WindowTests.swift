import PinstripeFrames
import TestTools
import Testing

/// Whatever the content, the runs do not depend on the windows.
struct WindowTests {
  @Test(arguments: Sample.allCases)
  func cutting(_ sample: Sample) throws {
    let content = sample.built.bytes
    for isPipe in [false, true] {
      let whole = try Runs(content, cut: content.count, isPipe: isPipe)
      for cut in [1, 7, 4095, 4096, 4097, 65536] {
        #expect(
          try Runs(content, cut: cut, isPipe: isPipe) == whole, "\(sample), cut \(cut), \(isPipe)")
      }
    }
  }

  @Test(arguments: Sample.allCases)
  func everyTruncation(_ sample: Sample) throws {
    let content = sample.built.bytes
    for count in sample.truncations {
      let short = Array(content.prefix(count))
      let runs = try Runs(short)
      #expect(runs.fault(count: count) == nil, "\(sample), \(count) bytes")
      #expect(try Runs(short, cut: 4096) == runs, "\(sample), \(count) bytes")
    }
  }

  /// A few bytes changed at random places: nothing traps, and the cutting still does not matter.
  @Test(arguments: Sample.allCases)
  func mutation(_ sample: Sample) throws {
    let content = sample.built.bytes
    for seed in 0..<UInt64(150) {
      var random = Random(seed: seed)
      var bytes = content
      for _ in 0..<Int.random(in: 1...20, using: &random) {
        // Most fields that matter are near the start.
        let reach = Bool.random(using: &random) ? bytes.count : min(bytes.count, 600)
        let index = Int.random(in: 0..<reach, using: &random)
        switch Int.random(in: 0..<4, using: &random) {
        case 0: bytes[index] = UInt8.random(in: 0...255, using: &random)
        case 1: bytes[index] = [0, 0xFF, 0x7F, 0x80][Int.random(in: 0..<4, using: &random)]
        case 2: bytes.remove(at: index)
        default: bytes.insert(UInt8.random(in: 0...255, using: &random), at: index)
        }
      }
      let isPipe = seed % 2 == 1
      let runs = try Runs(bytes, isPipe: isPipe)
      #expect(runs.fault(count: bytes.count) == nil, "\(sample), seed \(seed)")
      #expect(try Runs(bytes, cut: 501, isPipe: isPipe) == runs, "\(sample), seed \(seed)")
    }
  }
}
