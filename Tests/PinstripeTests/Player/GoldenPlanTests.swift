import Glibc
import PinstripeMTP
import PinstripeProfile
import PinstripeProfiles
import TestTools
import Testing

@testable import Pinstripe

/// Every profile's player accepts one standard library, as its plan in Tests/Plans says.
struct GoldenPlanTests {
  private static let folder = Repository.root + "/Tests/Plans"
  private static let ids = ((try? ProfileRegistry.builtIn().profiles) ?? []).map(\.id).sorted()

  @Test(arguments: ids) func thePlanIsTheGoldenOne(_ id: String) async throws {
    let profile = try #require(try ProfileRegistry.builtIn().profile(id: id))
    var text = "\(profile.id): \(profile.name)\n"
    for mode in USBProtocol.allCases where profile.modes.contains(where: { $0.usbProtocol == mode })
    {
      text += "\n== \(mode.rawValue)\n"
      do {
        text += try await LibraryRun(profile, mode).text
      } catch let error as PinstripeError where error.code == .playerRefused {
        // One that takes nothing at all.
        text += "refuse  all: \(error.message)\n"
      }
    }
    let path = "\(Self.folder)/\(id).txt"
    guard getenv("PINSTRIPE_WRITE_PLANS") == nil else { return TestFile.write(text.utf8, to: path) }
    let golden = TestFile.read(path).map { String(decoding: $0, as: UTF8.self) }
    #expect(
      golden == text,
      "if this is meant: PINSTRIPE_WRITE_PLANS=1 swift test --filter GoldenPlanTests")
  }

  @Test func everyProfileHasAPlanAndEveryPlanAProfile() {
    let plans = TemporaryFolder.names(in: Self.folder).filter { $0.hasSuffix(".txt") }
    #expect(plans == Self.ids.map { "\($0).txt" }.sorted())
    #expect(Self.ids.count >= 47)
  }
}

/// A sync of the standard library to one profile's player.
private struct LibraryRun {
  let text: String

  init(_ profile: DeviceProfile, _ usbProtocol: USBProtocol) async throws {
    let library = try StandardLibrary()
    let bench = try Bench()
    let disk = TemporaryFolder()
    let player = usbProtocol == .mtp ? SimulatedPlayer(profile) : nil
    let transport: any Transport
    if let player {
      transport = try await player.connect()
    } else {
      transport = try VolumeTransport(root: disk.path, profile: profile)
    }
    let isProtected = profile.decoder == .pinstripe
    let tracks = SyncTracks(
      isProtected ? try TrackRecipe(following: profile, for: [bench.key]) : nil)
    let ledger = try SyncLedger(path: bench.folder("ledger"))
    let plan = try await Self.plan(library, profile, tracks, ledger, transport)
    let sync = Sync(to: transport, ledger: ledger) { item throws(PinstripeError) in
      try tracks.stream(of: item)
    }
    let summary = try await sync.run(plan)
    let failures = summary.failures + summary.withoutPicture
    #expect(failures.map { "\($0.step.place): \($0.error)" } == [], "\(profile.id)")
    let again = try await Self.plan(library, profile, tracks, ledger, transport)
    #expect(
      again.steps.filter { ![.keep, .refuse].contains($0.action) }.map(\.reason) == [],
      "\(profile.id), run again")
    await transport.close()

    let files = player?.responder.contents ?? disk.contents
    let music = profile.storage.musicFolder
    var lines: [String] = []
    var rest = Set(files.map(\.path))
    for step in plan.steps where step.playlist == nil && step.cover == nil {
      let place = step.item?.place ?? ""
      guard step.action == .add else {
        lines.append("\(step.action.rawValue.padded)\(place): \(step.reason)")
        continue
      }
      let path = music.isEmpty ? step.place : "\(music)/\(step.place)"
      let file = try #require(files.first { $0.path == path }, "\(profile.id): \(path)")
      rest.remove(path)
      lines.append("\(step.action.rawValue.padded)\(place)")
      lines.append("".padded + "-> \(path) [\(try Self.describe(file, step, bench))]")
    }
    for step in plan.steps { lines += Self.list(step, files, &rest) }
    if let reason = plan.reasonForNoCovers { lines.append("\("art".padded)none: \(reason)") }
    for step in plan.steps {
      lines += try Self.picture(step, library, profile, files, &rest)
    }
    #expect(rest == [], "\(profile.id): nothing else is on the player")
    text = lines.joined(separator: "\n") + "\n"
  }

  private static func plan(
    _ library: StandardLibrary, _ profile: DeviceProfile, _ tracks: SyncTracks,
    _ ledger: SyncLedger, _ transport: any Transport
  ) async throws -> SyncPlan {
    var planner = SyncPlanner(profile, protection: tracks.protection)
    planner.disguise = tracks.disguise
    return try await planner.plan(
      SyncSource(paths: library.paths), tracks: try await transport.list(tidying: true),
      freeSpace: try await transport.freeSpace(), ledger: ledger.contents,
      format: { try AudioFormat.of(FileSource(path: $0.path)) },
      recognise: { try await tracks.recognise($0, $1, on: transport) },
      playlistState: { try await transport.state(of: $0) },
      metadataLength: { try tracks.metadataLength(of: $0) },
      covers: try await SyncCovers(of: transport, profile),
      complaint: { transport.complaint(about: $0, at: $1) })
  }

  /// Checks that a file is the library's, and says how it is stored.
  private static func describe(
    _ file: PlayerFile, _ step: SyncPlan.Step, _ bench: Bench
  ) throws -> String {
    let source = TestFile.read(step.item?.path ?? "")
    let announced = file.format.map { ["\($0)"] } ?? []
    guard file.path.hasSuffix(TrackName.suffix) else {
      #expect(file.bytes == source, "\(file.path)")
      return (announced + ["clear"]).joined(separator: ", ")
    }
    TestFile.write(file.bytes, to: bench.folder("stored.pst"))
    #expect(try bench.content(of: bench.folder("stored.pst")) == source, "\(file.path)")
    let track = try TrackFile(path: bench.folder("stored.pst"), keys: [bench.key]).description
    let head = track.head > 0 ? "\(track.head)/" : ""
    let pattern = "\(track.pattern) \(head)\(track.stride)"
    return (announced + [track.codec.isEmpty ? "unknown" : track.codec, pattern, track.suite])
      .joined(separator: ", ")
  }

  /// A playlist as it is on the player.
  private static func list(
    _ step: SyncPlan.Step, _ files: [PlayerFile], _ rest: inout Set<String>
  ) -> [String] {
    guard let playlist = step.playlist else { return [] }
    guard step.action == .add else {
      return ["\("list".padded)\(playlist.name): \(step.action.rawValue), \(step.reason)"]
    }
    let mine = files.filter { file in
      let name = file.path.split(separator: "/").last ?? ""
      return rest.contains(file.path) && name.hasPrefix(playlist.name + ".")
    }
    #expect(mine.count == 1, "\(playlist.name)")
    return mine.flatMap { file in
      rest.remove(file.path)
      let announced = file.format.map { " [\($0)]" } ?? ""
      let isUTF16 = file.bytes.starts(with: [0xFF, 0xFE])
      let text = isUTF16 ? utf16(file.bytes) : String(decoding: file.bytes, as: UTF8.self)
      let held =
        file.references.isEmpty
        ? text.split(whereSeparator: \.isNewline).map { "| \($0)" }
        : file.references.map { "* \($0)" }
      let encoding = isUTF16 ? ", in UTF-16" : ""
      return ["\("list".padded)\(playlist.name) -> \(file.path)\(announced)\(encoding)"]
        + held.map { "".padded + $0 }
    }
  }

  /// A picture as it is on the player: of an album, or beside its tracks.
  private static func picture(
    _ step: SyncPlan.Step, _ library: StandardLibrary, _ profile: DeviceProfile,
    _ files: [PlayerFile], _ rest: inout Set<String>
  ) throws -> [String] {
    guard let cover = step.cover else { return [] }
    guard step.action == .add, let source = cover.source else {
      return ["\("art".padded)\(cover.folder): \(step.action.rawValue), \(step.reason)"]
    }
    let music = profile.storage.musicFolder
    var path = step.place
    if case .file = cover.delivery, !music.isEmpty { path = "\(music)/\(path)" }
    let file = try #require(files.first { $0.path == path }, "\(profile.id): \(path)")
    rest.remove(path)
    let picture = try ArrivedPicture(
      cover.delivery == .file(step.place) ? file.bytes : file.picture ?? [], of: cover, profile.art)
    let announced = file.format.map { "\($0), " } ?? ""
    let title = file.title.map { " \"\($0)\"" } ?? ""
    let origin = source.isEmbedded ? ", in its tags" : ""
    return [
      "\("art".padded)\(source.path.dropFirst(library.root.count)) "
        + "(\(source.width) × \(source.height)\(origin))",
      "".padded + "-> \(path)\(title) [\(announced)\(picture.summary)]",
    ] + file.references.map { "".padded + "* \($0)" }
  }

  private static func utf16(_ bytes: [UInt8]) -> String {
    let units = stride(from: 2, to: bytes.count - 1, by: 2).map {
      UInt16(bytes[$0]) | UInt16(bytes[$0 + 1]) << 8
    }
    return String(decoding: units, as: UTF16.self)
  }
}

extension String {
  /// The first column of a plan.
  fileprivate var padded: String { self + String(repeating: " ", count: max(0, 8 - count)) }
}
