import Glibc
import Pinstripe
import PinstripeCore
import PinstripeKeys
import TestTools
import Testing

/// Purchaser and rights in tracks.
struct SectionTests {
  let bench: Bench
  let content = TestFile.content(20_000)

  init() throws { bench = try Bench() }

  func recipe(purchaser: String? = "buyer-4711", rights: [UInt8]? = nil) throws -> TrackRecipe {
    var recipe = try bench.recipe()
    recipe.metadata.title = "A title"
    recipe.purchaser = purchaser
    recipe.rights = rights
    return recipe
  }

  func rights(_ plays: UInt32 = 3) throws -> [UInt8] {
    try RightsFile.issue(for: bench.keybox, plays: plays, notBefore: 0, notAfter: 0)
  }

  /// A track of each layout.
  @discardableResult
  func tracks(_ recipe: TrackRecipe) throws -> [String] {
    let header = try bench.pack(content, recipe, as: "header.pst")
    TestFile.write(try bench.stream(content, recipe), to: bench.folder("trailer.pst"))
    return [header, bench.folder("trailer.pst")]
  }

  @Test func aPurchaserIsKept() throws {
    for name in ["x", "Zoë 🎧", String(repeating: "n", count: 1024)] {
      for path in try tracks(recipe(purchaser: name)) {
        let track = try TrackFile(path: path, keys: [bench.key])
        #expect(track.purchaser == name && track.rights == nil)
        #expect(track.metadata.title == "A title")
        #expect(try track.bytes(from: 0, reads: 5000) == content)
        // Nothing in clear names a person.
        let bytes = try #require(TestFile.read(path))
        #expect(name == "x" || !bytes.contains(Array(name.utf8)))
      }
    }
    for name in ["", String(repeating: "n", count: 1025)] {
      let error = failure { try tracks(recipe(purchaser: name)) }
      #expect(error?.code == .usage)
    }
    #expect(try TrackFile(path: bench.pack(content), keys: [bench.key]).purchaser == nil)
  }

  @Test func rightsNameTheTrack() throws {
    let rights = try rights()
    let record = try RightsFile.read(rights.span)
    for path in try tracks(recipe(rights: rights)) {
      let track = try TrackFile(path: path, keys: [bench.key])
      #expect(track.rights == rights && track.purchaser == "buyer-4711")
      let id = record.trackID.indices.map { record.trackID[$0] }
      #expect(track.description.trackID == Hexadecimal.string(id))
      #expect(try track.bytes(from: 0, reads: 5000) == content)
    }
    // Two tracks of the same rights have keys of their own all the same.
    let (first, second) = (
      TestFile.read(bench.folder("header.pst")), try bench.pack(content, recipe(rights: rights))
    )
    let payload = try #require(TestFile.read(second))[4096..<24_096]
    #expect(try #require(first)[4096..<24_096] != payload)
  }

  @Test func theLengthIsKnownBeforehand() throws {
    for recipe in [try recipe(), try recipe(rights: rights()), try recipe(purchaser: nil)] {
      let stream = try TrackStream(MemorySource(content), recipe: recipe)
      let length = stream.length
      #expect(try stream.bytes(reads: 9000).count == length.map(Int.init))
    }
  }

  @Test func rightsOfSomebodyElseAreRefused() throws {
    let other = try Keybox.makeTest()
    let foreign = try RightsFile.issue(for: other, plays: 1, notBefore: 0, notAfter: 0)
    #expect(failure { try tracks(recipe(rights: foreign)) }?.code == .usage)
    var clear = TrackRecipe.clear
    clear.rights = try rights()
    #expect(failure { try tracks(clear) }?.code == .usage)
    for bad in [[], [UInt8](repeating: 0, count: 128), Array(try rights().dropLast())] {
      #expect(failure { try tracks(recipe(rights: bad)) }?.code == .keys)
    }
  }

  /// A player that does not know rights does not play the track; other sections it skips.
  @Test func rightsAreCritical() throws {
    let (with, without) = (try recipe(rights: rights()), try recipe())
    for (recipe, isRefused) in [(with, true), (without, false)] {
      for path in try tracks(recipe) {
        let bytes = try #require(TestFile.read(path))
        let provider = try SoftwareProvider()
        let recipient = try bench.key.load(into: provider)
        var storage = BytesStorage(bytes: bytes)
        var work = [UInt8](repeating: 0, count: 4096)
        var area = work.mutableSpan
        var refused = false
        do {
          _ = try TrackOpener(provider: provider.crypto, allowsClear: false)
            .open(&storage, recipients: [recipient].span, work: &area)
        } catch TrackError.criticalSection {
          refused = true
        }
        #expect(refused == isRefused, "\(path)")
      }
    }
  }

  /// Sections of a track, edited by somebody without the key.
  @Test func editedSectionsAreRefused() throws {
    for path in try tracks(recipe(rights: rights())) {
      let whole = try #require(TestFile.read(path))
      let end = path.hasSuffix("trailer.pst") ? whole.count - 1024 : whole.count
      for offset in stride(from: 4096 + content.count, to: end, by: 7) {
        var bytes = whole
        bytes[offset] ^= 0x20
        TestFile.write(bytes, to: bench.folder("edited.pst"))
        let error = failure {
          _ = try TrackFile(path: bench.folder("edited.pst"), keys: [bench.key])
        }
        #expect(error?.code == .badTrack, "byte \(offset)")
      }
    }
  }

  @Test func survivesARewrap() throws {
    let rights = try rights()
    let other = try Bench().key
    for path in try tracks(recipe(rights: rights)) {
      _ = try Rewrapping.rewrap(path, keys: [bench.key], changes: [.add(other)])
      let track = try TrackFile(path: path, keys: [other])
      #expect(track.rights == rights && track.purchaser == "buyer-4711")
    }
  }
}

/// A track in memory.
private struct BytesStorage: TrackStorage {
  let bytes: [UInt8]
  var size: UInt64 { UInt64(bytes.count) }

  mutating func read(
    at offset: UInt64, into out: inout MutableSpan<UInt8>
  ) throws(TrackError) {
    guard Int(offset) + out.count <= bytes.count else { throw .storage }
    for index in out.indices { out[index] = bytes[Int(offset) + index] }
  }
}
