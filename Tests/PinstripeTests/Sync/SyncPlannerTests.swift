import PinstripeProfile
import TestTools
import Testing

@testable import Pinstripe

/// What a plan says, and why.
struct SyncPlannerTests {
  let folder = TemporaryFolder()
  private let clear = SyncTracks(nil)

  private func item(_ name: String, size: UInt64 = 1000) -> SyncItem {
    SyncItem(path: "/lib/\(name)", place: name, size: size, modified: 1)
  }

  private func entry(_ place: String, _ source: String, size: UInt64 = 1000) -> SyncLedger.Entry {
    SyncLedger.Entry(
      place: place, source: "/lib/\(source)", size: size, modified: 1, stored: size,
      protection: "none")
  }

  private func plan(
    _ items: [SyncItem], there: [StoredTrack] = [], ledger: [SyncLedger.Entry] = [],
    pending: [SyncLedger.Entry] = [], free: UInt64 = 1 << 30, rates: SoundRates = SoundRates(),
    _ recognition: SyncPlanner.Recognition = .foreign,
    _ change: (inout DeviceProfile, inout SyncPlanner) -> Void = { _, _ in }
  ) async throws -> [String] {
    var profile = DeviceProfile.careful
    var options = SyncPlanner(profile, protection: nil)
    change(&profile, &options)
    var planner = SyncPlanner(profile, protection: options.protection)
    (planner.removes, planner.fills) = (options.removes, options.fills)
    planner.showsParts = options.showsParts
    var contents = SyncLedger.Contents()
    for entry in ledger { contents.entries[entry.place] = entry }
    for entry in pending { contents.begin(entry) }
    let plan = try await planner.plan(
      SyncSource(items), tracks: there, freeSpace: free, ledger: contents,
      format: { $0.path.hasSuffix(".flac") ? .flac : .mp3 }, rates: { _ in rates },
      recognise: { _, _ in recognition },
      playlistState: { _ in nil })
    return plan.steps.map { "\($0.action) \($0.place): \($0.reason)" }
      + (plan.missingSpace > 0 ? ["missing \(plan.missingSpace)"] : [])
  }

  private func stored(_ name: String, _ size: UInt64? = 1000) -> StoredTrack {
    StoredTrack(name: name, size: size)
  }

  // Regression: to cancel took effect when all the files had been read.
  @Test func beingCancelledEndsIt() async throws {
    let read = await Task {
      var read = 0
      await #expect(throws: PinstripeError(.cancelled, "")) {
        _ = try await SyncPlanner(.careful, protection: nil).plan(
          SyncSource([item("a.mp3"), item("b.mp3"), item("c.mp3")]), tracks: [],
          freeSpace: 1 << 30, ledger: SyncLedger.Contents(),
          format: { _ in
            read += 1
            withUnsafeCurrentTask { $0?.cancel() }
            return .mp3
          }, recognise: { _, _ in .foreign }, playlistState: { _ in nil })
      }
      return read
    }.value
    #expect(read == 1)
  }

  @Test func whatTheLedgerKnows() async throws {
    #expect(try await plan([item("a.mp3")]) == ["add a.mp3: is not there"])
    let known = [entry("a.mp3", "a.mp3")]
    #expect(
      try await plan([item("a.mp3")], there: [stored("a.mp3")], ledger: known)
        == ["keep a.mp3: is there already"])
    #expect(try await plan([item("a.mp3")], ledger: known) == ["add a.mp3: is not there"])
    #expect(
      try await plan([item("a.mp3", size: 1001)], there: [stored("a.mp3")], ledger: known)
        == ["replace a.mp3: the file has changed"])
    // The library was moved.
    #expect(
      try await plan([item("a.mp3")], there: [stored("a.mp3")], ledger: [entry("a.mp3", "b.mp3")])
        == ["keep a.mp3: is there already"])
    // Another source's track keeps its place.
    #expect(
      try await plan(
        [item("a.mp3", size: 1001)], there: [stored("a.mp3")], ledger: [entry("a.mp3", "b.mp3")])
        == [
          "add a\(NameTag.make(of: "a.mp3".utf8)).mp3: is not there",
          "keep a.mp3: is no longer in the source",
        ])
    var other = known[0]
    other.protection = "suite 1"
    #expect(
      try await plan([item("a.mp3")], there: [stored("a.mp3")], ledger: [other])
        == ["replace a.mp3: it is encrypted otherwise, or for others"])
  }

  /// A file that came first gets no place that another has had before it.
  @Test func placesAreKept() async throws {
    #expect(
      try await plan(
        [item("A.mp3"), item("a.mp3")], there: [stored("a.mp3")], ledger: [entry("a.mp3", "a.mp3")])
        == [
          "add A\(NameTag.make(of: "A.mp3".utf8)).mp3: is not there",
          "keep a.mp3: is there already",
        ])
  }

  @Test func whatTheLedgerDoesNotKnowIsRecognised() async throws {
    let there = [stored("A.MP3")]
    func reason(_ recognition: SyncPlanner.Recognition) async throws -> String? {
      try await plan([item("a.mp3")], there: there, recognition).first
    }
    #expect(try await reason(.same) == "keep A.MP3: is there already, by its content")
    #expect(
      try await reason(.alike) == "keep A.MP3: is there already; no sync put it there")
    #expect(try await reason(.other) == "replace A.MP3: another version is there")
    #expect(try await reason(.foreign)?.hasPrefix("refuse A.MP3: a file of that name") == true)
    // Of another size than was stored, a track is judged as if nobody knew it.
    #expect(
      try await plan(
        [item("a.mp3")], there: [stored("a.mp3", 5)], ledger: [entry("a.mp3", "a.mp3")])[0]
        .hasPrefix("refuse"))
  }

  @Test func whatWasBrokenOffIsOurs() async throws {
    let pending = [entry("a.mp3", "a.mp3")]
    #expect(
      try await plan([item("a.mp3")], there: [stored("a.mp3", 10)], pending: pending)
        == ["replace a.mp3: it was not sent to its end"])
    #expect(
      try await plan([item("a.mp3")], there: [stored("a.mp3")], pending: pending, .alike)
        == ["keep a.mp3: is there already, by its content"])
    #expect(
      try await plan([item("b.mp3")], there: [stored("a.mp3", 10)], pending: pending) {
        $1.removes = true
      } == [
        "remove a.mp3: was not sent to its end, and is no longer in the source",
        "add b.mp3: is not there",
      ])
    // What is larger than what was being sent is somebody else's.
    #expect(
      try await plan([item("a.mp3")], there: [stored("a.mp3", 1001)], pending: pending)[0]
        .hasPrefix("refuse"))
    #expect(
      try await plan([item("b.mp3")], there: [stored("a.mp3", 1001)], pending: pending) {
        $1.removes = true
      }[1] == "keep a.mp3: no sync put it there")
  }

  // Regression: it stayed for ever, under its final name, unless --delete was given.
  @Test func aPartThatIsShownGoesWithItsFile() async throws {
    let kept = [item("b.mp3")]
    func fate(
      of sizes: [UInt64?], _ ledger: [SyncLedger.Entry] = [], removes: Bool = false,
      showsParts: Bool = true
    ) async throws -> [Substring] {
      try await plan(
        kept, there: sizes.map { stored("a.mp3", $0) }, ledger: ledger,
        pending: [entry("a.mp3", "a.mp3")]
      ) {
        ($1.removes, $1.showsParts) = (removes, showsParts)
      }.filter { $0.contains("a.mp3") }.map { $0.prefix { $0 != " " } }
    }
    #expect(try await fate(of: [10]) == ["remove"])
    // Whole, as far as can be told; somebody else's; and what nobody knows.
    #expect(try await fate(of: [1000]) == ["keep"])
    #expect(try await fate(of: [1001]) == ["keep"])
    #expect(try await fate(of: [nil]) == ["keep"])
    #expect(try await fate(of: [10], showsParts: false) == ["keep"])
    // It was to replace another, which was removed first, or is there beside it.
    let old = [entry("a.mp3", "a.mp3", size: 500)]
    #expect(try await fate(of: [10], old) == ["remove"])
    #expect(try await fate(of: [500], old) == ["keep"])
    #expect(try await fate(of: [500, 10], old) == ["keep", "keep"])
    #expect(try await fate(of: [500, 10], old, removes: true) == ["remove", "remove"])
    #expect(try await fate(of: [10], old, showsParts: false) == ["keep"])
    // Part of the source cannot be read, as when a disk is not mounted.
    let nothing = try await plan(
      [], there: [stored("a.mp3", 10)], pending: [entry("a.mp3", "a.mp3")]
    ) { $1.showsParts = true }
    #expect(nothing == ["remove a.mp3: was not sent to its end, and is no longer in the source"])
  }

  /// Nothing that Pinstripe did not put there is ever removed.
  @Test func onlyWhatIsOursIsRemoved() async throws {
    let there = [
      stored("ours.mp3"), stored("theirs.mp3"), stored("changed.mp3", 7), stored("x", nil),
    ]
    let ledger = ["ours.mp3", "changed.mp3", "x"].map { entry($0, $0) }
    let kept = [item("new.mp3")]
    #expect(
      try await plan(kept, there: there, ledger: ledger) { $1.removes = true } == [
        "remove ours.mp3: is no longer in the source", "add new.mp3: is not there",
        "keep theirs.mp3: no sync put it there",
        "keep changed.mp3: it was changed on the player", "keep x: it was changed on the player",
      ])
    #expect(
      try await plan(kept, there: there, ledger: ledger)[1]
        == "keep ours.mp3: is no longer in the source")
    // No source at all is a disk that is not mounted.
    #expect(
      try await plan([], there: there, ledger: ledger) { $1.removes = true }[0]
        == "keep ours.mp3: is no longer in the source; kept, for part of the source could not be read"
    )
  }

  @Test func soundThatIsTooFastIsInThePlan() async throws {
    func plan(_ name: String, sampleRate: UInt32?, bitRate: UInt32?) async throws -> String {
      var rates = SoundRates()
      (rates.sampleRate, rates.bitRate) = (sampleRate, bitRate)
      return try await self.plan([item(name)], rates: rates) { profile, _ in
        var limits = FormatLimits()
        limits.sampleRates = .range(8000...48_000)
        limits.bitRates = .values([128_000, 320_000])
        profile.formats = [.mp3: limits, .flac: limits]
      }[0]
    }
    let added = ": is not there"
    #expect(try await plan("a.mp3", sampleRate: 48_000, bitRate: 320_000) == "add a.mp3" + added)
    // TagLib's mean of a second at 320 kbit/s.
    #expect(try await plan("a.mp3", sampleRate: 48_000, bitRate: 328_000) == "add a.mp3" + added)
    #expect(try await plan("a.mp3", sampleRate: nil, bitRate: nil) == "add a.mp3" + added)
    #expect(try await plan("a.mp3", sampleRate: 8000, bitRate: 24_000) == "add a.mp3" + added)
    #expect(
      try await plan("a.mp3", sampleRate: 48_000, bitRate: 337_000)
        == "refuse a.mp3: the player does not play mp3 at 337000 bits a second, only up to 320000")
    #expect(
      try await plan("a.flac", sampleRate: 192_000, bitRate: 900_000)
        == "refuse a.flac: the player does not play flac at 192000 Hz, only at 8000 to 48000")
    #expect(try await plan("a.flac", sampleRate: 44_100, bitRate: 900_000) == "add a.flac" + added)
  }

  @Test func whatThePlayerCannotHoldOrPlayIsInThePlan() async throws {
    #expect(
      try await plan([item("a.flac"), item("b.mp3")]) { profile, _ in
        profile.formats = [.mp3: FormatLimits()]
      } == ["add b.mp3: is not there", "refuse a.flac: the player does not play flac"])
    #expect(
      try await plan([item("a.mp3", size: 5000)]) { profile, _ in
        profile.storage.maximumObjectSize = 4999
      } == ["refuse a.mp3: the player holds no files larger than 4999 bytes"])
    #expect(
      try await plan([item("a.mp3"), item("b.mp3")], there: [stored("x")]) { profile, _ in
        profile.storage.maximumObjects = 2
      } == [
        "add a.mp3: is not there", "keep x: no sync put it there",
        "refuse b.mp3: the player holds at most 2 tracks",
      ])
  }

  @Test func foldersKeepThePlayersSpelling() async throws {
    let there = [stored("the beatles/1.mp3")]
    #expect(
      try await plan([item("The Beatles/2.mp3")], there: there)[0]
        == "add the beatles/2.mp3: is not there")
  }

  @Test func spaceIsCounted() async throws {
    let items = [item("a.mp3", size: 600_000), item("b.mp3", size: 600_000)]
    let missing = try await plan(items, free: 700_000)
    #expect(missing.last == "missing \(1_200_000 + 65_536 - 700_000)")
    #expect(
      try await plan(items, free: 700_000) { $1.fills = true }
        == ["add a.mp3: is not there", "refuse b.mp3: there is no room for it"])
    // What is removed makes room, and so does what is replaced, afterwards.
    #expect(
      try await plan(
        [items[0]], there: [stored("old.mp3", 700_000)],
        ledger: [entry("old.mp3", "old.mp3", size: 700_000)], free: 0
      ) { $1.removes = true }.count == 2)
    #expect(
      try await plan(
        [items[0]], there: [stored("old.mp3", .max), stored("a.mp3", .max)],
        ledger: [entry("old.mp3", "old.mp3", size: .max), entry("a.mp3", "a.mp3", size: .max)],
        free: .max
      ) { $1.removes = true }.count == 2)
    let known = [entry("a.mp3", "a.mp3", size: 500_000)]
    #expect(
      try await plan([items[0]], there: [stored("a.mp3", 500_000)], ledger: known, free: 600_000)
        .last == "missing 32768")
  }
}
