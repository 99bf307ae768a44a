import Glibc
import Pinstripe
import PinstripeCore
import PinstripeKeys
import TestTools
import Testing

/// From file to track and back.
struct PackingTests {
  let bench: Bench

  init() throws { bench = try Bench() }

  /// Shorter than the stride, and around what is read at once.
  static let sizes = [0, 1, 2, 9, 10, 11, 4095, 4096, 131_071, 131_072, 131_073, 262_145]

  static let patterns: [(stride: UInt16, phase: UInt16)] = [
    (1, 0), (2, 1), (3, 2), (10, 0), (10, 9), (16, 5), (100, 99), (65_535, 0), (65_535, 65_534),
  ]

  @Test(arguments: patterns, [CipherSuite.chacha20.number, CipherSuite.aes128CTR.number])
  func whatIsPackedIsUnpacked(
    _ pattern: (stride: UInt16, phase: UInt16), _ suite: UInt16
  ) throws {
    let suite = try CipherSuite(number: suite)
    for size in Self.sizes {
      let name = "every \(pattern.stride) from \(pattern.phase), suite \(suite.number), \(size)"
      let content = TestFile.content(size)
      let recipe = try bench.recipe(every: pattern.stride, phase: pattern.phase, suite)
      let track = try bench.pack(content, recipe)
      let summary = try Packing.unpack(
        TrackFile(path: track, keys: [bench.key]), to: bench.folder("out"))
      #expect(TestFile.read(bench.folder("out")) == content, "\(name)")
      let first = Int(pattern.phase)
      let encrypted = size > first ? (size - first - 1) / Int(pattern.stride) + 1 : 0
      #expect(summary.contentLength == UInt64(size), "\(name)")
      #expect(summary.encryptedLength == UInt64(encrypted), "\(name)")

      let stored = try #require(TestFile.read(track))
      var payload = Array(stored[4096..<4096 + size])
      var differing = 0
      for offset in Swift.stride(from: first, to: size, by: Int(pattern.stride)) {
        if payload[offset] != content[offset] { differing += 1 }
        payload[offset] = content[offset]
      }
      #expect(payload == content, "\(name): a byte that is not of the pattern was changed")
      // A keystream byte is 0 once in 256, so some of the encrypted bytes may not differ.
      #expect(differing * 10 >= encrypted * 8 - 10, "\(name)")
    }
  }

  @Test func theHeaderSaysWhatThePageSays() throws {
    let track = try bench.pack(TestFile.content(1000), bench.recipe(every: 7, phase: 3))
    let bytes = try #require(TestFile.read(track))
    #expect(bytes[..<8] == [0x89, 0x50, 0x53, 0x54, 0x0D, 0x0A, 0x1A, 0x0A])
    #expect(bytes.number(at: 8, 2) == 1)
    #expect(bytes.number(at: 10, 2) == 0)
    #expect(bytes.number(at: 12, 2) == 1)
    #expect(bytes.number(at: 14, 2) == 1)
    #expect(bytes.number(at: 16, 2) == 1)
    #expect(bytes.number(at: 18, 6) == 0)
    #expect(bytes[24..<40] == [1, 0, 7, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0])
    #expect(bytes.number(at: 40, 8) == 1000)
    #expect(bytes.number(at: 48, 8) == 4096)
    #expect(bytes[56..<60].elementsEqual("data".utf8))
    #expect(bytes[128] == 1)
    #expect(bytes.number(at: 132, 4) == 1)
    // The one section: metadata, behind the payload, to the file's end.
    #expect(bytes.number(at: 192, 2) == 2)
    #expect(bytes.number(at: 194, 6) == 0)
    #expect(bytes.number(at: 200, 8) == 5096)
    #expect(bytes.number(at: 208, 8) == UInt64(bytes.count - 5096))
    #expect(bytes[256..<4064].allSatisfy { $0 == 0 })
  }

  @Test func aPipeGetsATrailer() async throws {
    // A pipe holds 64 KiB; the track is shorter, so no reader is needed meanwhile.
    mkfifo(bench.folder("pipe"), 0o600)
    let pipe = open(bench.folder("pipe"), O_RDWR | O_NONBLOCK)
    defer { close(pipe) }
    let content = TestFile.content(20_000)
    let summary = try Packing.pack(
      MemorySource(content), recipe: bench.recipe(), to: bench.folder("pipe"))
    var bytes = [UInt8](repeating: 0, count: 65_536)
    let count = read(pipe, &bytes, bytes.count)
    let track = Array(bytes[..<count])
    #expect(summary.trackLength == UInt64(count))
    #expect(summary.encryptedLength == 2000)
    #expect(track.number(at: 20, 4) == 1)
    #expect(track.number(at: 16, 2) == 0)
    #expect(track.number(at: 40, 8) == 0)
    let trailer = Array(track.suffix(1024))
    #expect(trailer[..<8] == [0x89, 0x50, 0x53, 0x45, 0x0D, 0x0A, 0x1A, 0x0A])
    #expect(trailer.number(at: 8, 8) == 20_000)
    #expect(trailer.number(at: 16, 2) == 1)
    #expect(trailer.number(at: 64 + 8, 8) == 24_096)
    #expect(trailer[128..<992].allSatisfy { $0 == 0 })
    TestFile.write(track, to: bench.folder("t.pst"))
    #expect(try bench.content(of: bench.folder("t.pst")) == content)
  }

  @Test(.enabled("the independent reference") { await Reference.unavailable() == nil })
  func theReferenceDecryptsTheSame() async throws {
    let keys = try bench.keyboxFile()
    for (stride, phase, size) in [(10, 0, 131_073), (1, 0, 5000), (3, 2, 2), (64, 63, 70_000)] {
      for suite in [CipherSuite.chacha20, .aes128CTR] {
        let name = "every \(stride) from \(phase), suite \(suite.number), \(size)"
        let content = TestFile.content(size)
        let recipe = try bench.recipe(every: UInt16(stride), phase: UInt16(phase), suite)
        let track = try bench.pack(content, recipe)
        TestFile.write(try bench.stream(content, recipe), to: bench.folder("stream.pst"))
        for path in [track, bench.folder("stream.pst")] {
          #expect(try await Reference.unpack(path, keys: keys) == content, "\(name) \(path)")
          let offsets = try await Reference.encryptedOffsets(path, keys: keys)
          #expect(offsets == Array(Swift.stride(from: phase, to: size, by: stride)), "\(name)")
          let stored = try #require(TestFile.read(path))
          let differing = (0..<size).filter { stored[4096 + $0] != content[$0] }
          #expect(Set(differing).isSubset(of: offsets), "\(name)")
        }
      }
    }
    let text = try await Reference.info(bench.folder("track.pst"), keys: keys)
    #expect(text.contains("\"number\": 16") && text.contains("\"number\": 17"))
    let clear = try bench.pack([1, 2, 3], .clear)
    #expect(try await Reference.unpack(clear, keys: keys, isClear: true) == [1, 2, 3])
  }

  @Test func twoPacksOfOneSongShareNothing() throws {
    let content = [UInt8](repeating: 0, count: 40_000)
    let first = try #require(TestFile.read(bench.pack(content, bench.recipe(every: 1))))
    let second = try #require(TestFile.read(bench.pack(content, bench.recipe(every: 1))))
    // Packed zeros are the keystream itself; independent ones agree in about 1 byte of 256.
    let equal = zip(first[4096..<44_096], second[4096..<44_096]).count { $0 == $1 }
    #expect(equal < 400)
    #expect(first[64..<80] != second[64..<80], "track ids")
    #expect(first[80..<112] != second[80..<112], "nonces")
    #expect(first[144..<184] != second[144..<184], "wrapped content keys")
    #expect(first[44_096..<44_128] != second[44_096..<44_128], "section salts")
    // Nor does the metadata's keystream repeat the payload's.
    #expect(!Array(first[44_128...]).starts(with: first[4096..<4112]))
  }

  @Test func sixteenDevicesOpenOneTrack() throws {
    let keys = try (0..<16).map { _ in try Keybox.makeTest().playbackKey(name: "").wrappingKey() }
    var recipe = try bench.recipe()
    recipe.recipients = keys
    let track = try bench.pack(TestFile.content(100), recipe)
    for (index, key) in keys.enumerated() {
      #expect(try bench.content(of: track, keys: [key]) == TestFile.content(100), "slot \(index)")
    }
    #expect(try bench.content(of: track, keys: keys) == TestFile.content(100))
    recipe.recipients.append(bench.key)
    #expect(failure { try bench.pack([1], recipe, as: "17") }?.code == .usage)
    recipe.recipients = []
    #expect(failure { try bench.pack([1], recipe, as: "17") }?.code == .usage)
    #expect(!bench.folder.names.contains("17"))
  }

  @Test func aClearTrackIsTheContentInAnEnvelope() throws {
    let content = TestFile.content(1000)
    let track = try bench.pack(content, .clear)
    #expect(TestFile.read(track).map { Array($0[4096..<5096]) } == content)
    #expect(try bench.content(of: track, keys: []) == content)
    #expect(try TrackFile(path: track, keys: []).description.stride == 0)
  }

  @Test func verifyFindsWhatTheHeadersTagCannot() throws {
    let track = try bench.pack(TestFile.content(200_000))
    var bytes = try #require(TestFile.read(track))
    #expect(
      try Packing.verify(TrackFile(path: track, keys: [bench.key])).contentLength == 200_000)
    for offset in [4096, 4097, 100_000, 204_095] {
      bytes[offset] ^= 1
      TestFile.write(bytes, to: track)
      let file = try TrackFile(path: track, keys: [bench.key])
      #expect(failure { _ = try Packing.verify(file) }?.code == .badTrack, "at \(offset)")
      #expect(
        failure { _ = try Packing.unpack(file, to: bench.folder("out")) }?.code == .badTrack)
      #expect(!bench.folder.names.contains("out"))
      bytes[offset] ^= 1
    }
  }

  @Test func aFailedPackLeavesTheOlderFile() throws {
    TestFile.write([7], to: bench.folder("out"))
    let source = FailingSource(length: 500_000, failsAt: 300_000)
    let error = failure {
      _ = try Packing.pack(source, recipe: bench.recipe(), to: bench.folder("out"))
    }
    #expect(error?.code == .noInput)
    #expect(TestFile.read(bench.folder("out")) == [7])
    #expect(bench.folder.names == ["out"])
  }

  @Test func progressCountsUpAndCanCancel() throws {
    struct Stop: Error {}
    var seen: [UInt64] = []
    _ = try Packing.pack(
      MemorySource(TestFile.content(300_000)), recipe: bench.recipe(), to: bench.folder("a")
    ) { seen.append($0) }
    #expect(seen == [131_072, 262_144, 300_000])
    #expect(throws: Stop.self) {
      _ = try Packing.pack(
        MemorySource(TestFile.content(300_000)), recipe: bench.recipe(), to: bench.folder("b")
      ) { if $0 > 131_072 { throw Stop() } }
    }
    #expect(bench.folder.names == ["a"])
  }

  // Regression: a source that shrank was packed as if it had always been that short.
  @Test(arguments: [1, 131_071, 131_072, 131_073])
  func aSourceThatShrinksIsRefused(_ size: Int) throws {
    let source = MemorySource(TestFile.content(size), length: 200_000)
    let error = failure {
      _ = try Packing.pack(source, recipe: bench.recipe(), to: bench.folder("out"))
    }
    #expect(error?.code == .noInput)
    #expect(bench.folder.names == [])
  }

  @Test func aSourceThatGrowsIsRefusedToo() throws {
    let source = MemorySource(TestFile.content(1001), length: 1000)
    let error = failure {
      _ = try Packing.pack(source, recipe: bench.recipe(), to: bench.folder("out"))
    }
    #expect(error?.code == .noInput)
    #expect(bench.folder.names == [])
  }

  /// The kernel says 0 of files whose length only reading tells.
  @Test func filesOfProcHaveContent() throws {
    _ = try Packing.pack(
      FileSource(path: "/proc/version"), recipe: bench.recipe(), to: bench.folder("out"))
    #expect(try bench.content(of: bench.folder("out")) == TestFile.read("/proc/version"))
  }

  @Test func aFullDeviceIsSaidSo() throws {
    let error = failure {
      _ = try Packing.pack(MemorySource([1]), recipe: bench.recipe(), to: "/dev/full")
    }
    #expect(error?.code == .noOutput)
    #expect(error?.message.contains("No space left on device") == true)
  }
}
