import PinstripeCore
import PinstripeFrames
import PinstripeProfile
import TestTools
import Testing

@testable import Pinstripe

/// Framed tracks, of a real MP3 and of random content that has real frame headers.
struct FramedTests {
  private let bench: Bench
  private let music: [UInt8]

  init() throws {
    bench = try Bench()
    music = try #require(TestFile.read(Repository.root + "/Examples/Media/idle_tune.mp3"))
  }

  private func recipe(
    _ head: UInt16 = 32, _ stride: UInt16 = 64, _ suite: CipherSuite = .chacha20
  ) throws -> TrackRecipe {
    var recipe = TrackRecipe(
      pattern: try StripePattern(framedHead: head, every: stride), suite: suite,
      recipients: [bench.key])
    recipe.allowsUnsafe = true
    return recipe
  }

  /// MPEG-1 Layer III frames of 128 kbit/s and junk between some, from a seed.
  private static func frames(_ random: inout Random, upTo limit: Int) -> [UInt8] {
    var content: [UInt8] = []
    while content.count < limit {
      if Int.random(in: 0..<20, using: &random) == 0 {
        content += (0..<Int.random(in: 1...900, using: &random)).map { _ in
          UInt8.random(in: 0...254, using: &random)
        }
      }
      let isPadded = Bool.random(using: &random)
      content += [0xFF, 0xFB, isPadded ? 0x92 : 0x90, 0x00]
      content += (0..<413 + (isPadded ? 1 : 0)).map { _ in UInt8.random(in: 0...254, using: &random)
      }
    }
    return Array(content.prefix(limit))
  }

  @Test func anMP3IsFramedByItself() throws {
    let automatic = TrackRecipe(pattern: nil, suite: .chacha20, recipients: [bench.key])
    let path = try bench.pack(music, automatic)
    let track = try TrackFile(path: path, keys: [bench.key])
    #expect(track.description.pattern == "framed")
    #expect([track.description.head, track.description.stride] == [32, 64])
    let encrypted = Double(try #require(track.description.encryptedLength))
    #expect(encrypted > 0.05 * Double(music.count) && encrypted < 0.12 * Double(music.count))
    // At most 3 bytes a run, and the pages' own: this MP3 has about 2,500 frames.
    let map = try #require(track.description.mapLength)
    #expect(map < 3 * 2600 * 1024 / 968 + 2048)
    #expect(try track.bytes(from: 0, reads: 10_000) == music)
  }

  @Test(arguments: [1, 4095, 4096, 4097, 131_071, 131_072, 131_073, 140_000])
  func everyWayToPackGivesTheContentBack(_ size: Int) throws {
    let content = Array(music.prefix(size))
    for recipe in [try recipe(), try recipe(0, 1, .aes128CTR), try recipe(700, 3)] {
      let path = try bench.pack(content, recipe)
      #expect(try bench.content(of: path) == content, "\(size)")
      for length in [UInt64(size), nil] {
        let stream = try bench.stream(content, recipe, length: .some(length), reads: 4200)
        TestFile.write(stream, to: bench.folder("s.pst"))
        #expect(try bench.content(of: bench.folder("s.pst"), reads: 777) == content, "\(size)")
      }
    }
  }

  @Test func aStreamHasTheLengthThatItSaid() throws {
    for size in [0, 1, 5000, 200_000, music.count] {
      let source = MemorySource(Array(music.prefix(size)))
      let stream = try TrackStream(source, recipe: recipe())
      #expect(try stream.bytes(reads: 65_536).count == Int(stream.length ?? 0), "\(size)")
    }
  }

  @Test func runsDoNotDependOnHowContentIsRead() throws {
    var random = Random(seed: 7)
    let content = Self.frames(&random, upTo: 90_000)
    var counts: Set<UInt64> = []
    for most in [1, 313, 4096, 100_000] {
      for reads in [5000, 65_536] {
        var source = MemorySource(content, length: nil)
        source.most = most
        let stream = try TrackStream(source, recipe: recipe())
        _ = try stream.bytes(reads: reads)
        counts.insert(stream.encryptedLength)
      }
    }
    #expect(counts.count == 1)
  }

  @Test func anyRangeDecryptsAlone() throws {
    var random = Random(seed: 1)
    for round in 0..<12 {
      let content = Self.frames(&random, upTo: Int.random(in: 1...300_000, using: &random))
      let recipe = try recipe(
        UInt16.random(in: 0...500, using: &random), UInt16.random(in: 1...200, using: &random),
        round % 2 == 0 ? .chacha20 : .aes128CTR)
      let track = try TrackFile(path: bench.pack(content, recipe), keys: [bench.key])
      for _ in 0..<60 {
        let start = Int.random(in: 0..<content.count, using: &random)
        let end = Int.random(in: start...min(content.count, start + 20_000), using: &random)
        var bytes = [UInt8](repeating: 0, count: end - start)
        let count = try bytes.withUnsafeMutableBytes { try track.read(at: UInt64(start), into: $0) }
        #expect(count == end - start && bytes == Array(content[start..<end]), "\(round) \(start)")
      }
    }
  }

  @Test(.enabled("the independent reference") { await Reference.unavailable() == nil })
  func theReferenceSaysTheSame() async throws {
    let keys = try bench.keyboxFile()
    var random = Random(seed: 3)
    for (head, stride) in [(32, 64), (0, 10), (100, 7), (40, 1)] {
      for suite in [CipherSuite.chacha20, .aes128CTR] {
        let content = Self.frames(&random, upTo: 30_000)
        let recipe = try recipe(UInt16(head), UInt16(stride), suite)
        let path = try bench.pack(content, recipe)
        TestFile.write(
          try bench.stream(content, recipe, length: .some(nil)), to: bench.folder("stream.pst"))
        for path in [path, bench.folder("stream.pst")] {
          #expect(try await Reference.unpack(path, keys: keys) == content, "\(head)/\(stride)")
          let offsets = try await Reference.encryptedOffsets(path, keys: keys)
          let stored = try #require(TestFile.read(path))
          let differing = (0..<content.count).filter { stored[4096 + $0] != content[$0] }
          #expect(Set(differing).isSubset(of: offsets), "\(head)/\(stride)")
          #expect(differing.count > offsets.count * 98 / 100, "\(head)/\(stride)")
          let track = try TrackFile(path: path, keys: [bench.key])
          #expect(track.description.encryptedLength == UInt64(offsets.count))
        }
      }
    }
  }

  @Test func twoPacksOfOneSongShareNoKeystream() throws {
    let recipe = try recipe(0, 1)
    let first = try #require(TestFile.read(bench.pack(music, recipe)))
    let second = try #require(TestFile.read(bench.pack(music, recipe)))
    let range = 4096..<4096 + 40_000
    #expect(zip(first[range], second[range]).count { $0 == $1 } < 400)
  }

  /// Two hours of frames: the map waits for the content's end in a file.
  @Test func aLongMapSpills() throws {
    var spill = SpillBuffer([1, 2, 3])
    let piece = (0..<1024).map { UInt8(truncatingIfNeeded: $0 &* 7) }
    for _ in 0..<3000 { try spill.append(piece) }
    #expect(spill.length == 3 + 3000 * 1024)
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 70_001)
    while true {
      let count = try buffer.withUnsafeMutableBytes { try spill.read(into: $0) }
      if count == 0 { break }
      bytes += buffer[..<count]
    }
    #expect(bytes == [1, 2, 3] + (0..<3000).flatMap { _ in piece })
  }

  @Test func aSourceThatChangesBetweenTheReadsIsRefused() throws {
    var other = music
    for index in 5000..<other.count { other[index] = 0 }
    let source = ChangingSource(first: music, then: other)
    let error = failure {
      _ = try TrackStream(source, recipe: recipe()).bytes(reads: 65_536)
    }
    #expect(error?.code == .noInput)
    #expect(error?.message.contains("changed") == true)
  }
}

/// What suits which content, and what is refused.
struct PatternSafetyTests {
  @Test func eachFormatHasItsPattern() throws {
    let formats: [(ContentFormat, String)] = [
      (.mp3, "framed"), (.adts, "framed"), (.flac, "framed"), (.ogg(.opus), "framed"),
      (.ogg(.vorbis), "framed"), (.mp4(.aac), "framed"), (.wav, "full"), (.aiff, "full"),
      (.unknown, "fallback"),
    ]
    let fallback = try StripePattern(every: 7, phase: 2)
    for (format, expected) in formats {
      let pattern = try PatternSafety.automatic(for: format, fallback: fallback)
      let name =
        pattern.isFramed
        ? "framed" : pattern.stride == 1 ? "full" : pattern.stride == 7 ? "fallback" : "?"
      #expect(name == expected, "\(format)")
      #expect(PatternSafety.objection(to: pattern, for: format) == nil, "\(format)")
    }
  }

  @Test func unsafePatternsAreRefusedWithAReason() throws {
    let bench = try Bench()
    let wave = Array("RIFF\0\0\0\0WAVEfmt ".utf8) + [UInt8](repeating: 0, count: 1000)
    for stride in [2, 10, 100] as [UInt16] {
      let error = failure { try bench.pack(wave, bench.recipe(every: stride)) }
      #expect(error?.code == .usage)
      #expect(error?.message.contains("uncompressed audio") == true)
      #expect(error?.message.contains("--force-unsafe") == true)
      #expect(bench.folder.names == [])
    }
    var forced = try bench.recipe(every: 10)
    forced.allowsUnsafe = true
    #expect(try bench.content(of: bench.pack(wave, forced)) == wave)
    #expect(try bench.content(of: bench.pack(wave, bench.recipe(every: 1))) == wave)
  }

  @Test func everyTenthStaysAvailableForMP3() throws {
    let every10 = StripePattern.classic
    #expect(PatternSafety.objection(to: every10, for: .mp3) == nil)
    #expect(PatternSafety.objection(to: every10, for: .ogg(.opus)) != nil)
    #expect(PatternSafety.objection(to: try StripePattern(every: 32), for: .mp3) != nil)
    #expect(PatternSafety.objection(to: try StripePattern(every: 65_535), for: .unknown) == nil)
    #expect(
      PatternSafety.objection(to: try StripePattern(framedHead: 16, every: 64), for: .mp3) != nil)
  }
}

/// What a player's profile asks for.
struct ProfilePatternTests {
  private func recipe(_ change: (inout ProtectionRules) -> Void) throws -> TrackRecipe {
    var profile = DeviceProfile(id: "test", name: "Test")
    change(&profile.protection)
    return try TrackRecipe(following: profile, for: [Bench().key])
  }

  private func stride(_ recipe: TrackRecipe, _ format: ContentFormat) throws -> UInt16 {
    let pattern = try recipe.pattern(for: format, named: "song")
    return pattern.isFramed ? 0 : pattern.stride
  }

  @Test func aFormatsOwnRuleComesFirst() throws {
    let recipe = try recipe { rules in
      rules.pattern = .every
      rules.stride = 8
      rules.formats[.flac] = FormatPattern(pattern: .full)
      rules.formats[.ogg] = FormatPattern(pattern: .automatic)
      rules.formats[.aac] = FormatPattern(pattern: .every, stride: 3, phase: 1)
    }
    #expect(try stride(recipe, .mp3) == 8)
    #expect(try stride(recipe, .unknown) == 8)
    #expect(try stride(recipe, .flac) == 1)
    #expect(try stride(recipe, .ogg(.vorbis)) == 0)
    #expect(try stride(recipe, .adts) == 3)
    #expect(try recipe.pattern(for: .adts, named: "song").phase == 1)
  }

  @Test func noProfileWeakensProtection() throws {
    let recipe = try recipe { $0.pattern = .every }
    #expect(try stride(recipe, .mp3) == 10)
    #expect(try stride(recipe, .wav) == 1)
    #expect(try stride(recipe, .ogg(.opus)) == 1)
  }

  @Test func slotsAndChunkTagsAreObeyed() throws {
    #expect(try recipe { $0.integrity = .chunks }.chunkSize == ChunkTags.standardSize)
    #expect(try recipe { _ in }.chunkSize == nil)
    var profile = DeviceProfile(id: "test", name: "Small player")
    profile.protection.keySlots = 1
    let keys = [try Bench().key, try Bench().key]
    #expect(try TrackRecipe(following: profile, for: [keys[0]]).recipients.count == 1)
    let error = failure { _ = try TrackRecipe(following: profile, for: keys) }
    #expect(error?.code == .usage)
    #expect(error?.message.contains("Small player reads tracks with at most 1 key slots") == true)
  }
}

/// Content that is another one when it is read again.
private final class ChangingSource: MediaSource {
  let name = "song.mp3"
  private let first: [UInt8]
  private let then: [UInt8]
  private var isSecond = false
  var length: UInt64? { UInt64(first.count) }

  init(first: [UInt8], then: [UInt8]) {
    self.first = first
    self.then = then
  }

  func read(
    at offset: UInt64, into buffer: UnsafeMutableRawBufferPointer
  ) throws(PinstripeError) -> Int {
    let part = (isSecond ? then : first).dropFirst(Int(offset)).prefix(buffer.count)
    buffer.copyBytes(from: part)
    if Int(offset) + part.count == first.count, offset > 0 { isSecond = true }
    return part.count
  }
}
