import Glibc
import PinstripeCore
import PinstripeKeys
import Synchronization
import TestTools
import Testing

@testable import Pinstripe
@testable import PinstripeFiles

/// Key slots changed in place.
struct RewrappingTests {
  let bench: Bench
  let content = TestFile.content(30_000)
  let group: WrappingKey
  let other: WrappingKey

  init() throws {
    bench = try Bench()
    group = try SharedKey.make(.group, name: "family").wrappingKey()
    other = try Bench().key
  }

  /// A track of each layout, with several slots.
  func tracks(for keys: [WrappingKey]? = nil) throws -> [String] {
    var recipe = try bench.recipe()
    recipe.recipients = keys ?? [bench.key, group]
    recipe.metadata.title = "A title"
    let header = try bench.pack(content, recipe, as: "header.pst")
    TestFile.write(try bench.stream(content, recipe), to: bench.folder("trailer.pst"))
    return [header, bench.folder("trailer.pst")]
  }

  func slots(_ path: String) throws -> [String] {
    try TrackFile.describe(path: path).slots.map(\.keyID)
  }

  func opens(_ path: String, _ key: WrappingKey) throws -> Bool {
    do {
      let track = try TrackFile(path: path, keys: [key])
      #expect(track.metadata.title == "A title")
      return try track.bytes(from: 0, reads: 7000) == content
    } catch let error as PinstripeError {
      #expect(error.code == .wrongKey, "\(error)")
      return false
    }
  }

  @discardableResult
  func rewrap(
    _ path: String, _ changes: SlotChange..., keys: [WrappingKey]? = nil
  ) throws -> Rewrapping.Summary {
    try Rewrapping.rewrap(path, keys: keys ?? [bench.key], changes: changes)
  }

  @Test func addsReplacesAndRemoves() throws {
    for path in try tracks() {
      let former = try #require(TestFile.read(path))
      let added = try rewrap(path, .add(other))
      #expect(added.isChanged && added.slots.map(\.recipient) == ["device", "group", "device"])
      #expect(try opens(path, bench.key) && opens(path, group) && opens(path, other))
      // Track id, nonce, pattern, payload and sections are the same bytes; so is the size.
      let bytes = try #require(TestFile.read(path))
      #expect(bytes.count == former.count)
      #expect(bytes[..<14] == former[..<14] && bytes[16..<128] == former[16..<128])
      #expect(bytes[4096..<bytes.count - 32] == former[4096..<former.count - 32])
      #expect(bytes[128..<256] == former[128..<256])

      let replaced = try rewrap(
        path, .replace(index: 1, try SharedKey.make(.user, name: "").wrappingKey()),
        .remove(index: 0), keys: [group])
      #expect(replaced.slots.map(\.recipient) == ["user", "device"])
      #expect(try !opens(path, bench.key) && !opens(path, group) && opens(path, other))
      // Whoever has a slot may go on; who has none may not.
      #expect(failure { try rewrap(path, .add(group)) }?.code == .wrongKey)
      #expect(try rewrap(path, .add(bench.key), .remove(index: 0), keys: [other]).isChanged)
      #expect(try opens(path, bench.key) && opens(path, other))
    }
    #expect(bench.folder.names == ["header.pst", "trailer.pst"])
  }

  @Test func refusesWhatMakesNoSense() throws {
    let many = try (0..<14).map { _ in try Bench().key }
    for path in try tracks() {
      let former = TestFile.read(path)
      let cases: [(String, [SlotChange])] = [
        ("the last slot", [.remove(index: 0), .remove(index: 1)]),
        ("no such slot", [.remove(index: 2)]), ("a negative one", [.remove(index: -1)]),
        ("twice", [.remove(index: 0), .replace(index: 0, other)]),
        ("there already", [.replace(index: 0, group)]),
        ("17 slots", many.map { .add($0) } + [.add(other)]),
      ]
      for (what, changes) in cases {
        let error = failure {
          _ = try Rewrapping.rewrap(path, keys: [bench.key], changes: changes)
        }
        #expect(error?.code == .usage, "\(what)")
      }
      #expect(TestFile.read(path) == former)
      #expect(try !rewrap(path, .add(group), .replace(index: 0, bench.key)).isChanged)
      #expect(TestFile.read(path) == former)
      _ = try Rewrapping.rewrap(path, keys: [bench.key], changes: many.map { .add($0) })
      #expect(try slots(path).count == 16 && opens(path, bench.key))
    }
    let clear = try bench.pack(content, .clear, as: "clear.pst")
    #expect(failure { try rewrap(clear, .add(other)) }?.code == .usage)
    #expect(failure { try rewrap(bench.folder("none"), .add(other)) }?.code == .noInput)
    #expect(failure { try rewrap("/dev/null", .add(other)) }?.code == .usage)
    TestFile.write(content, to: bench.folder("song"))
    #expect(failure { try rewrap(bench.folder("song"), .add(other)) }?.code == .badTrack)
  }

  @Test func anEditedTrackStaysAsItIs() throws {
    for path in try tracks() {
      let whole = try #require(TestFile.read(path))
      for offset in [26, 150, 4064, whole.count - 1] {
        guard offset != whole.count - 1 || path.hasSuffix("trailer.pst") else { continue }
        var bytes = whole
        bytes[offset] ^= 1
        TestFile.write(bytes, to: path)
        #expect(failure { try rewrap(path, .add(other)) } != nil, "byte \(offset)")
        #expect(TestFile.read(path) == bytes, "byte \(offset)")
      }
    }
    #expect(bench.folder.names == ["header.pst", "trailer.pst"])
  }

  @Test func followsALinkToTheTrack() throws {
    let path = try tracks()[0]
    symlink(path, bench.folder("link.pst"))
    try rewrap(bench.folder("link.pst"), .add(other))
    #expect(try opens(path, other))
    #expect(bench.folder.names == ["header.pst", "link.pst", "trailer.pst"])
  }
}

/// A crash at every call of the file system, in the rewrap and in what cleans up after it.
struct RewrappingFaultTests {
  let tests: RewrappingTests

  init() throws { tests = try RewrappingTests() }

  /// The calls so far, and which of them fail.
  final class Faults: Sendable {
    let calls = Mutex<[String]>([])
    let failing: Range<Int>
    let tears: Bool

    init(_ failing: Range<Int>, tears: Bool = false) {
      self.failing = failing
      self.tears = tears
    }

    var count: Int { calls.withLock { $0.count } }

    func run<Result>(_ body: () throws -> Result) rethrows -> Result {
      try SystemFile.$fault.withValue(
        { operation, path in
          self.calls.withLock { calls in
            calls.append("\(operation) \(path.split(separator: "/").last ?? "")")
            guard self.failing.contains(calls.count - 1) else { return nil }
            return SystemFile.Fault(code: EIO, tears: self.tears)
          }
        }, operation: body)
    }
  }

  enum Mode: CaseIterable {
    /// One call fails and the program goes on.
    case once
    /// The power goes.
    case forGood
    /// The power goes in the middle of a write.
    case torn
  }

  func change(_ path: String) throws {
    _ = try tests.rewrap(
      path, .replace(index: 1, tests.other), .add(try SharedKey.make(.user, name: "").wrappingKey())
    )
  }

  @Test(arguments: Mode.allCases)
  func leavesTheFormerOrTheNewSlots(mode: Mode) throws {
    for path in try tests.tracks() {
      let whole = try #require(TestFile.read(path))
      let former = try tests.slots(path)
      var outcomes: Set<Int> = []
      var failures = 0
      for call in 0..<200 {
        TestFile.write(whole, to: path)
        let faults = Faults(call..<(mode == .once ? call + 1 : .max), tears: mode == .torn)
        let error = failure { try faults.run { try change(path) } }
        if error == nil, faults.count <= call { break }
        #expect(call < 199, "the calls never end")
        failures += error == nil ? 0 : 1
        #expect(error == nil || mode != .once || error?.code != .system, "\(error!)")
        try check(path, former, "\(mode), call \(call)", &outcomes)
      }
      #expect(failures > 15, "a rewrap makes that many calls")
      // Some of the crashes came before the journal was whole, some after.
      #expect(outcomes == [2, 3])
    }
  }

  /// Opens the track as a person would the next day, and looks for traces.
  private func check(
    _ path: String, _ former: [String], _ what: String, _ outcomes: inout Set<Int>
  ) throws {
    #expect(try tests.opens(path, tests.bench.key), "\(what)")
    let after = try tests.slots(path)
    #expect(after == former || after.count == 3, "\(what): \(after)")
    #expect(try tests.opens(path, tests.group) == (after == former), "\(what)")
    #expect(try tests.opens(path, tests.other) == (after != former), "\(what)")
    outcomes.insert(after.count)
    #expect(tests.bench.folder.names == ["header.pst", "trailer.pst"], "\(what)")
    #expect(throws: Never.self, "\(what)") { try tests.rewrap(path, .add(tests.group)) }
    #expect(try tests.opens(path, tests.group), "\(what)")
  }

  /// The power goes while the work is finished after the power went.
  @Test func survivesACrashWhileCleaningUp() throws {
    for path in try tests.tracks() {
      let whole = try #require(TestFile.read(path))
      let former = try tests.slots(path)
      var outcomes: Set<Int> = []
      var crashed = 0
      for call in 0..<200 {
        TestFile.write(whole, to: path)
        let faults = Faults(call..<Int.max, tears: true)
        guard failure({ try faults.run { try change(path) } }) != nil else { break }
        guard tests.bench.folder.names.contains(where: { $0.hasSuffix(".rewrap") }) else {
          continue
        }
        let journal = try #require(TestFile.read(path + ".rewrap"))
        let torn = try #require(TestFile.read(path))
        for again in 0..<50 {
          TestFile.write(torn, to: path)
          TestFile.write(journal, to: path + ".rewrap")
          let second = Faults(again..<Int.max, tears: true)
          if failure({ try second.run { try PatchJournal.recover(path) } }) == nil { break }
          crashed += 1
          try check(path, former, "call \(call), then \(again)", &outcomes)
        }
      }
      #expect(crashed > 20)
      #expect(outcomes == [3], "a whole journal is carried out")
      TestFile.write(whole, to: path)
    }
  }

  /// A power cut may undo what was not flushed: the journal is on the disk before the track is touched,
  /// and the track before the journal goes.
  @Test func flushesInOrder() throws {
    for path in try tests.tracks() {
      let faults = Faults(0..<0)
      try faults.run { try change(path) }
      let name = String(path.split(separator: "/").last ?? "")
      let folder = String(path.split(separator: "/").dropLast().last ?? "")
      let all = faults.calls.withLock { $0 }
      let start = try #require(all.firstIndex { $0.hasPrefix("write") })
      let calls = all[start...].filter { !$0.hasPrefix("create") && !$0.hasPrefix("open") }
      let writes = name == "header.pst" ? 1 : 2
      let expected =
        ["write \(folder)", "flush \(folder)", "replace \(name).rewrap"]
        // The journal, whose name FAT keeps with it; its folder; and once more before the track.
        + Array(repeating: "flush \(folder)", count: 3)
        + Array(repeating: "write \(name)", count: writes)
        + ["flush \(name)", "remove \(name).rewrap", "flush \(folder)"]
      #expect(Array(calls) == expected)
    }
  }
}

/// Journals that a crash cannot have left.
struct PatchJournalTests {
  let folder = TemporaryFolder()

  func journal() throws -> PatchJournal {
    TestFile.write([UInt8](repeating: 1, count: 100), to: folder("file"))
    return PatchJournal(
      fileSize: 100,
      [
        FilePatch(
          offset: 10, former: [UInt8](repeating: 1, count: 20),
          new: [UInt8](repeating: 2, count: 20)),
        FilePatch(offset: 99, former: [1], new: [3]),
      ])
  }

  var bytes: [UInt8] { TestFile.read(folder("file")) ?? [] }

  @Test func readsWhatItWrote() throws {
    let journal = try journal()
    let bytes = try journal.encoded()
    #expect(PatchJournal(decoding: bytes) == journal)
    for bit in 0..<bytes.count * 8 {
      var damaged = bytes
      damaged[bit / 8] ^= 1 << (bit % 8)
      #expect(PatchJournal(decoding: damaged) == nil, "bit \(bit)")
    }
    for length in 0..<bytes.count {
      #expect(PatchJournal(decoding: Array(bytes[..<length])) == nil, "\(length) bytes")
    }
  }

  /// Rightly digested, and impossible.
  @Test func refusesHostileOnes() throws {
    let largest = PatchJournal(
      fileSize: .max,
      (0..<4).map {
        FilePatch(
          offset: $0, former: [UInt8](repeating: 0, count: 4096),
          new: [UInt8](repeating: 0, count: 4096))
      })
    #expect(PatchJournal(decoding: try largest.encoded()) == largest)
    func patched(_ offset: UInt64, _ count: Int, size: UInt64 = 100) -> PatchJournal {
      let bytes = [UInt8](repeating: 0, count: count)
      return PatchJournal(
        fileSize: size, [FilePatch(offset: offset, former: bytes, new: bytes)])
    }
    for (what, journal) in [
      ("none", PatchJournal(fileSize: 100, [])), ("empty", patched(0, 0)),
      ("over the end", patched(99, 2)), ("behind it", patched(101, 1)),
      ("far behind it", patched(.max, 1)), ("huge", patched(0, 4097, size: 10_000)),
      ("beyond what a file can be", patched(UInt64(Int.max), 1, size: .max)),
      ("too many", PatchJournal(fileSize: 100, (0..<5).flatMap { patched($0, 1).patches })),
    ] {
      #expect(PatchJournal(decoding: try journal.encoded()) == nil, "\(what)")
    }
  }

  @Test func finishesHalfOfIt() throws {
    let journal = try journal()
    TestFile.write(try journal.encoded(), to: folder("file.rewrap"))
    var half = bytes
    half.replaceSubrange(10..<15, with: [2, 2, 2, 2, 2])
    TestFile.write(half, to: folder("file"))
    try PatchJournal.recover(folder("file"))
    #expect(bytes[10..<30].allSatisfy { $0 == 2 } && bytes[99] == 3)
    #expect(bytes[..<10].allSatisfy { $0 == 1 } && bytes[30..<99].allSatisfy { $0 == 1 })
    #expect(folder.names == ["file"])
  }

  /// The file was replaced by another one after the crash.
  @Test func leavesAnotherFileAlone() throws {
    let journal = try journal()
    let others = [
      [UInt8](repeating: 1, count: 99), [UInt8](repeating: 1, count: 101),
      [UInt8](repeating: 9, count: 100), [],
    ]
    for other in others {
      TestFile.write(try journal.encoded(), to: folder("file.rewrap"))
      TestFile.write(other, to: folder("file"))
      try PatchJournal.recover(folder("file"))
      #expect(bytes == other)
      #expect(folder.names == ["file"])
    }
  }

  /// Nobody but the owner's programs writes journals; what is no journal is not obeyed.
  @Test func ignoresWhatIsNone() throws {
    let journal = try journal()
    let whole = bytes
    for other in [[], content(20), content(PatchJournal.maximumSize + 1)] {
      TestFile.write(other, to: folder("file.rewrap"))
      try PatchJournal.recover(folder("file"))
      #expect(bytes == whole)
    }
    unlink(folder("file.rewrap"))
    TestFile.write(try journal.encoded(), to: folder("elsewhere"))
    symlink(folder("elsewhere"), folder("file.rewrap"))
    try PatchJournal.recover(folder("file"))
    #expect(bytes == whole)
    // The next patch does not follow the link either.
    let file = try SystemFile(opening: folder("file"), O_RDWR)
    try journal.apply(to: file, path: folder("file"))
    #expect(bytes[99] == 3)
    #expect(TestFile.read(folder("elsewhere")) == (try journal.encoded()))
    #expect(folder.names == ["elsewhere", "file"])
    if geteuid() == 0 {
      TestFile.write(whole, to: folder("file"))
      TestFile.write(try journal.encoded(), to: folder("file.rewrap"))
      chown(folder("file.rewrap"), 65_534, 65_534)
      try PatchJournal.recover(folder("file"))
      #expect(bytes == whole)
    }
  }

  /// Two programs at once: the second waits for the first.
  ///
  /// Threads, not tasks: on a busy machine another task may hold this one up longer than the patience.
  @Test func waitsForTheLock() throws {
    let journal = try journal()
    let file = try SystemFile(opening: folder("file"), O_RDWR)
    #expect(try file.lock())
    TestFile.write(try journal.encoded(), to: folder("file.rewrap"))
    let path = folder("file")
    let second = Thread { try? PatchJournal.recover(path) }
    usleep(100_000)
    #expect(bytes[99] == 1)
    try journal.apply(to: file, path: path)
    flock(file.descriptor, LOCK_UN)
    second.join()
    #expect(bytes[99] == 3)
    #expect(folder.names == ["file"])
  }

  private func content(_ count: Int) -> [UInt8] { TestFile.content(count) }
}
