import CLibCrypto
import Glibc
import PinstripeCore
import PinstripeKeys
import TestTools
import Testing

@testable import Pinstripe

/// Tags over pieces of the payload.
struct ChunkTagsTests {
  let bench: Bench

  init() throws { bench = try Bench() }

  func recipe(_ size: Int = 4096, purchaser: String? = nil, rights: Bool = false) throws
    -> TrackRecipe
  {
    var recipe = try bench.recipe()
    recipe.chunkSize = size
    recipe.purchaser = purchaser
    if rights {
      recipe.rights = try RightsFile.issue(
        for: bench.keybox, plays: 0, notBefore: 0, notAfter: 0)
    }
    return recipe
  }

  static let lengths = [0, 1, 4095, 4096, 4097, 8191, 8192, 8193, 131_072, 150_000]

  @Test func everyLengthComesBackByEveryRead() throws {
    for length in Self.lengths {
      let content = TestFile.content(length)
      let header = try bench.pack(content, recipe(), as: "header.pst")
      for reads in [4096 + 16, 5000, 131_072, 200_000] {
        let stream = try bench.stream(content, recipe(), reads: reads)
        TestFile.write(stream, to: bench.folder("trailer.pst"))
        for path in [header, bench.folder("trailer.pst")] {
          let what = "\(length) bytes, \(path), made by \(reads)"
          let track = try TrackFile(path: path, keys: [bench.key])
          #expect(track.chunkSize == 4096, "\(what)")
          for size in [1000, 4096, 5000, 100_000] {
            #expect(try track.bytes(from: 0, reads: size) == content, "\(what), read by \(size)")
          }
          for offset in [1, 4095, 4096, 5000, length - 1] where offset >= 0 && offset < length {
            let rest = Array(content[offset...])
            #expect(try track.bytes(from: UInt64(offset), reads: 777) == rest, "\(what)")
          }
          #expect(try Packing.verify(track).contentLength == UInt64(length), "\(what)")
        }
      }
    }
  }

  @Test func theLengthIsKnownBeforehand() throws {
    for length in Self.lengths {
      let content = TestFile.content(length)
      let stream = try TrackStream(MemorySource(content), recipe: recipe(purchaser: "x"))
      let expected = stream.length
      #expect(try stream.bytes(reads: 9000).count == expected.map(Int.init), "\(length) bytes")
    }
  }

  @Test func tagsAreOverTheStoredBytes() throws {
    let content = TestFile.content(10_000)
    let path = try bench.pack(content, recipe(purchaser: "x", rights: true))
    let bytes = try #require(TestFile.read(path))
    let tail = bytes.count - (64 + 3 * 16)
    let track = try TrackFile(path: path, keys: [bench.key])
    let key = try sectionKey(track, salt: Array(bytes[tail..<tail + 32]), index: 3)
    for (index, range) in [4096..<8192, 8192..<12_288, 12_288..<14_096].enumerated() {
      var message = [UInt8](repeating: 0, count: 16)
      message[0] = UInt8(index)
      message[8] = UInt8(range.count & 255)
      message[9] = UInt8(range.count >> 8)
      message[12] = index == 2 ? 1 : 0
      message += bytes[range]
      let tag = mac(key, message)
      let stored = bytes[tail + 64 + 16 * index..<tail + 80 + 16 * index]
      #expect(Array(stored) == Array(tag[..<16]), "chunk \(index)")
    }
  }

  /// HMAC-SHA256 by libcrypto itself.
  private func mac(_ key: [UInt8], _ message: [UInt8]) -> [UInt8] {
    var tag = [UInt8](repeating: 0, count: 32)
    var count = 0
    _ = EVP_Q_mac(
      nil, "HMAC", nil, "SHA256", nil, key, key.count, message, message.count, &tag, 32, &count)
    return tag
  }

  /// K_sectag of the chunk tags, with libcrypto's own HKDF in mind: extract and one expand.
  private func sectionKey(_ track: TrackFile, salt: [UInt8], index: UInt8) throws -> [UInt8] {
    let contentKey = try track.contentKey().withBytes { span in span.indices.map { span[$0] } }
    let info = Array("pinstripe v1 section tag".utf8) + [0, 5, 0, index, 0, 1]
    return mac(mac(salt, contentKey), info)
  }

  /// Every byte of the payload and of the section.
  @Test func aChangedChunkIsRefusedBeforeItsPlaintext() throws {
    let content = TestFile.content(20_000)
    let path = try bench.pack(content, recipe())
    let whole = try #require(TestFile.read(path))
    for offset in stride(from: 0, to: content.count, by: 61) {
      var bytes = whole
      bytes[4096 + offset] ^= 4
      TestFile.write(bytes, to: path)
      let track = try TrackFile(path: path, keys: [bench.key])
      let start = offset / 4096 * 4096
      let end = min(start + 4096, content.count)
      let error = failure { _ = try Packing.unpack(track, to: bench.folder("out")) }
      #expect(error?.code == .badTrack, "byte \(offset)")
      #expect(error?.message.contains("bytes \(start) to \(end - 1) ") == true, "byte \(offset)")
      // What is whole is read, what is not is not, in any piece of it.
      #expect(failure { _ = try track.bytes(from: UInt64(offset), reads: 10) }?.code == .badTrack)
      if start > 0 {
        var before = [UInt8](repeating: 0, count: start)
        let count = try before.withUnsafeMutableBytes { try track.read(at: 0, into: $0) }
        #expect(before[..<count] == content[..<count], "byte \(offset)")
      }
    }
    #expect(bench.folder.names == ["track.pst"])
  }

  /// A pipe gets whole chunks up to the changed one, and no byte of it.
  @Test func nothingChangedGoesThroughAPipe() throws {
    let content = TestFile.content(300_000)
    let path = try bench.pack(content, recipe())
    var bytes = try #require(TestFile.read(path))
    bytes[4096 + 290_000] ^= 1
    TestFile.write(bytes, to: path)
    let track = try TrackFile(path: path, keys: [bench.key])
    mkfifo(bench.folder("pipe"), 0o600)
    let (pipe, output) = (bench.folder("pipe"), bench.folder("received"))
    let reader = Thread {
      let file = open(pipe, O_RDONLY)
      var received: [UInt8] = []
      var part = [UInt8](repeating: 0, count: 65_536)
      while case let count = read(file, &part, part.count), count > 0 { received += part[..<count] }
      close(file)
      TestFile.write(received, to: output)
    }
    let error = failure { _ = try Packing.unpack(track, to: pipe) }
    reader.join()
    #expect(error?.code == .badTrack)
    let received = try #require(TestFile.read(output))
    #expect(received.count <= 290_000 / 4096 * 4096)
    #expect(received == Array(content[..<received.count]) && !received.isEmpty)
  }

  @Test func chunksAreBoundToTheirPlaceAndToTheEnd() throws {
    let content = [UInt8](repeating: 7, count: 12_288)
    // Clear, so that equal chunks have equal bytes, and only their place tells them apart.
    var recipe = TrackRecipe.clear
    recipe.chunkSize = 4096
    let path = try bench.pack(content, recipe)
    let whole = try #require(TestFile.read(path))
    let tags = whole.count - 48
    #expect(whole[tags..<tags + 16] != whole[tags + 16..<tags + 32])
    var swapped = whole
    swapped.replaceSubrange(tags..<tags + 16, with: whole[tags + 16..<tags + 32])
    swapped.replaceSubrange(tags + 16..<tags + 32, with: whole[tags..<tags + 16])
    TestFile.write(swapped, to: path)
    let track = try TrackFile(path: path, keys: [])
    #expect(failure { _ = try Packing.verify(track) }?.code == .badTrack)
  }

  @Test func editedSectionsAreRefused() throws {
    let content = TestFile.content(9000)
    let path = try bench.pack(content, recipe())
    let whole = try #require(TestFile.read(path))
    let section = whole.count - (64 + 3 * 16)
    for offset in section..<whole.count {
      var bytes = whole
      bytes[offset] ^= 1
      TestFile.write(bytes, to: path)
      let error = failure {
        let track = try TrackFile(path: path, keys: [bench.key])
        _ = try Packing.verify(track)
      }
      #expect(error?.code == .badTrack, "byte \(offset - section)")
    }
  }

  @Test func sizes() throws {
    #expect(ChunkTags.size(for: nil) == 65_536 && ChunkTags.size(for: 0) == 65_536)
    #expect(ChunkTags.size(for: 256 << 30) == 65_536)
    #expect(ChunkTags.size(for: (256 << 30) + 1) == 131_072)
    #expect(ChunkTags.size(for: .max) == 1_048_576)
    for size in [0, -1, 1, 2048, 4095, 4097, 6000, 2_097_152, Int.max, Int.min] {
      #expect(!ChunkTags.isSize(size), "\(size)")
      let error = failure { try bench.pack([1], recipe(size)) }
      #expect(error?.code == .usage, "\(size)")
    }
    for size in [4096, 8192, 65_536, 1_048_576] {
      let content = TestFile.content(size + 5)
      let path = try bench.pack(content, recipe(size))
      #expect(try bench.content(of: path) == content, "\(size)")
    }
  }

  /// Section tag right, head impossible: made by somebody who holds the key.
  @Test func impossibleHeadsAreRefused() throws {
    let content = TestFile.content(9000)
    let cases: [(Int, UInt8)] = [
      (0, 1), (1, 0), (1, 0x20), (4, 1), (8, 4), (15, 1), (16, 1), (31, 1),
    ]
    for (offset, value) in cases {
      var header = [UInt8](repeating: 0, count: 32)
      header[1] = 0x10
      header[8] = 3
      header[offset] = value
      let path = bench.folder("bad.pst")
      TestFile.write(try track(content, head: header, tags: 3), to: path)
      let error = failure { _ = try TrackFile(path: path, keys: [bench.key]) }
      #expect(error?.code == .badTrack, "byte \(offset) is \(value)")
    }
    var header = [UInt8](repeating: 0, count: 32)
    header[1] = 0x10
    header[8] = 3
    for tags in [2, 4] {
      let path = bench.folder("bad.pst")
      TestFile.write(try track(content, head: header, tags: tags), to: path)
      let error = failure { _ = try TrackFile(path: path, keys: [bench.key]) }
      #expect(error?.code == .badTrack, "\(tags) tags")
    }
    TestFile.write(try track(content, head: header, tags: 3), to: bench.folder("good.pst"))
    #expect(throws: Never.self) {
      try TrackFile(path: bench.folder("good.pst"), keys: [bench.key])
    }
  }

  /// A track with chunk tags whose head says what it is told.
  private func track(_ content: [UInt8], head: [UInt8], tags: Int) throws -> [UInt8] {
    let provider = try SoftwareProvider()
    let contentKey = try SystemRandom.secret()
    try provider.load(contentKey, at: .content)
    let suite = CipherSuite.chacha20
    var sections = SectionList(
      behind: UInt64(content.count), content: .content, suite: suite, provider: provider)
    let sealed = try SealedSection(
      head, type: .chunkTags, index: 0, content: .content, suite: suite, provider: provider)
    sections.append(
      SealedSection(
        type: .chunkTags, bytes: sealed.bytes + [UInt8](repeating: 0, count: 16 * tags),
        tag: sealed.tag))
    var header = MainHeader(
      suite: suite, pattern: try StripePattern(every: 10), codec: .init("data"),
      trackID: .init(repeating: 1), nonce: .init(repeating: 2))
    header.slotCount = 1
    header.sectionCount = 1
    header.contentLength = UInt64(content.count)
    var bytes = [UInt8](repeating: 0, count: 4096)
    var area = bytes.mutableSpan
    header.encode(into: &area)
    try bench.key.slot(for: contentKey).encode(into: &area, index: 0)
    sections.entries[0].encode(into: &area, at: KeySlot.offset(of: 1))
    let tag = try TrackSeal(provider: provider.crypto, nonce: header.nonce)
      .headerTag(of: area.span)
    bytes.replaceSubrange(4064..., with: tag.indices.map { tag[$0] })
    var tail = sections.tail
    var behind = [UInt8](repeating: 0, count: Int(tail.length))
    _ = try behind.withUnsafeMutableBytes { try tail.read(into: $0) }
    return bytes + content + behind
  }
}
