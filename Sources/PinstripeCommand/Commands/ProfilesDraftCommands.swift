import ArgumentParser
import Glibc
import Pinstripe
import PinstripeProfile
import PinstripeProfiles

/// The command `pinstripe profiles new`.
struct ProfilesNewCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "new", abstract: "Draft a profile of an attached player.",
    discussion: """
      Asks the player for its ids, operations, formats and limits, and prints a profile of just that, \
      with the player as evidence. What the player cannot tell is left out and named on standard \
      error: that is for a person to find out. Nothing is changed on the player.
      """)

  @Option(
    name: [.customLong("output"), .customShort("o")],
    help: ArgumentHelp(
      "Write to this file, which must not be there yet; its name is the profile's id. (default: "
        + "standard output)", valueName: "file"))
  var output: String?

  @Option(help: PlayerOptions.playerHelp)
  var player: String?

  @OptionGroup var common: CommonOptions

  func run() async throws {
    let id = try output.map { path in
      guard let name = path.split(separator: "/").last, name.hasSuffix(".json") else {
        throw PinstripeError(
          .usage, "A profile's file is called after its id, as in maker-model.json; \(path) is not."
        )
      }
      return String(name.dropLast(".json".count))
    }
    let registry = PlayerOptions.registry()
    let (survey, _) = try await PlayerSurvey.take(of: player, registry)
    let draft = try ProfileDraft(survey, id: id, beside: registry)
    if let output { try draft.write(to: output) }
    let notes = Self.notes(draft, registry.match(survey.identity))
    if !common.json {
      for line in notes { Terminal.say(Terminal.printable(line)) }
    }
    let text = draft.fileText.split(separator: "\n").map(String.init)
    try common.show(
      draft.json(writtenTo: output),
      output.map { "Drafted \($0)." } ?? Terminal.printable(lines: text))
  }

  private static func notes(_ draft: ProfileDraft, _ match: ProfileMatch?) -> [String] {
    var notes: [String] = []
    if let match, match.mode != nil {
      notes.append(
        "The profile \(match.profile.id) describes this player already; 'pinstripe profiles diff' "
          + "holds it against that.")
    }
    notes.append("What the player does not tell, and the draft leaves out:")
    notes += draft.openFacts.map { "  \($0.key.padded(to: 21)) \($0.advice)" }
    if !draft.findings.isEmpty {
      notes.append("What 'pinstripe profiles lint' finds:")
      notes += draft.findings.map { "  \($0)" }
    }
    return notes
  }
}

/// The command `pinstripe profiles diff`.
struct ProfilesDiffCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "diff", abstract: "Hold an attached player against its profile.",
    discussion: """
      Each difference is a line on standard output: 'denied' is what the profile claims and the player \
      denies, 'unsaid' what the player offers and the profile does not speak of. With any, the exit \
      status is 78. It is the player's word: some claim what they do not do.
      """)

  @Option(help: PlayerOptions.playerHelp)
  var player: String?

  @Option(
    help: ArgumentHelp("This profile instead of the one that matches.", valueName: "id"))
  var profile: String?

  @OptionGroup var common: CommonOptions

  func run() async throws {
    let registry = PlayerOptions.registry()
    let chosen = try profile.map { try PlayerOptions.profile($0, in: registry) }
    let (survey, name) = try await PlayerSurvey.take(of: player, registry)
    guard let profile = chosen ?? registry.match(survey.identity)?.profile,
      profile.id != DeviceProfile.careful.id
    else {
      throw PinstripeError(
        .profile, "No profile describes \(name); 'pinstripe profiles new' drafts one.")
    }
    let differences = survey.differences(from: profile)
    let object = JSON.object([
      ("profile", .string(profile.id)), ("player", .string(name)),
      ("differences", .array(differences.map(\.json))),
    ])
    guard !differences.isEmpty else {
      return try common.show(object, Terminal.printable("\(name) is as \(profile.id) says."))
    }
    try common.show(object, Terminal.printable(lines: differences.map(\.line)))
    let count = differences.count == 1 ? "one point" : "\(differences.count) points"
    let failure = PinstripeError(.profile, "\(name) differs from \(profile.id) in \(count).")
    // With --json the one object has said it.
    if common.json { Glibc.exit(ExitStatus.of(failure.code)) }
    throw failure
  }
}

extension PlayerSurvey {
  /// Asks the one player, or the one at a place.
  ///
  /// - Returns: What it says, and its name.
  fileprivate static func take(
    of place: String?, _ registry: ProfileRegistry
  ) async throws -> (PlayerSurvey, name: String) {
    try await Interruption.cancelling {
      let finder = try PlayerFinder(registry: registry)
      let player = try await finder.player(id: place)
      return (try await finder.survey(player), player.name)
    }
  }
}

extension ProfileDraft {
  fileprivate func json(writtenTo path: String?) -> JSON {
    .object([
      ("id", .string(profile.id)), ("file", .optional(path)), ("text", .string(fileText)),
      ("learnt", .array(learnt.map { .string($0) })),
      (
        "open",
        .array(
          openFacts.map { .object([("key", .string($0.key)), ("advice", .string($0.advice))]) })
      ),
      ("findings", .array(findings.map { .string("\($0)") })),
    ])
  }
}

extension ProfileDifference {
  fileprivate var line: String { "\(kind.rawValue)  \(key): \(reason)" }

  fileprivate var json: JSON {
    .object([
      ("kind", .string(kind.rawValue)), ("key", .string(key)), ("reason", .string(reason)),
    ])
  }
}
