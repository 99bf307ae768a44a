import ArgumentParser
import Pinstripe
import PinstripeKeys
import PinstripeProfiles

/// The command `pinstripe rewrap`.
struct RewrapCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rewrap",
    abstract: "Change who can open a track, without packing it again.",
    discussion: """
      A track has a key slot for each device, user or group that opens it; 'pinstripe info' numbers \
      them from 0. Here slots are added, replaced and removed in place: only the header is \
      rewritten, no music is read, and the key store must hold a key that opens the track. A file \
      TRACK.rewrap lies beside the track for an instant, so that a crash at any point leaves the \
      former or the new slots; the next command on the track cleans up.

      It grants, it never revokes: the content's key stays the same, so whoever opened the track \
      before, or keeps a copy of it, goes on doing so. To shut somebody out, pack the music again.
      """)

  @Argument(help: "The track, a file that may be written to.")
  var track: String

  @Option(
    name: .customLong("add-device"),
    help: ArgumentHelp("Add a slot for a device, by name or id.", valueName: "device"))
  var addedDevices: [String] = []

  @Option(
    name: .customLong("add-user"), help: ArgumentHelp("Add a slot for a user.", valueName: "user"))
  var addedUsers: [String] = []

  @Option(
    name: .customLong("add-group"),
    help: ArgumentHelp("Add a slot for a group.", valueName: "group"))
  var addedGroups: [String] = []

  @Option(
    name: .customLong("replace-slot"),
    help: ArgumentHelp(
      "Put another key in a slot: 0=device:NAME, 1=user:NAME, 2=group:NAME.",
      valueName: "n=who"))
  var replacements: [SlotReplacement] = []

  @Option(
    name: .customLong("remove-slot"), help: ArgumentHelp("Remove a slot.", valueName: "n"))
  var removed: [Int] = []

  @OptionGroup var keys: KeyOptions
  @OptionGroup var common: CommonOptions

  func validate() throws {
    guard
      !addedDevices.isEmpty || !addedUsers.isEmpty || !addedGroups.isEmpty || !removed.isEmpty
        || !replacements.isEmpty
    else {
      throw ValidationError(
        "Say what to change: --add-device, --add-user, --add-group, --replace-slot or --remove-slot."
      )
    }
  }

  func run() throws {
    let store = try keys.open()
    func key(_ kind: String, _ name: String) throws -> WrappingKey {
      guard let kind = SharedKey.Kind.allCases.first(where: { $0.name == kind }) else {
        return try store.playbackKey(for: try keys.device(name, in: store).id).wrappingKey()
      }
      return try store.sharedKey(for: try keys.holder(name, kind, in: store).id).wrappingKey()
    }
    var changes = try replacements.map { replacement in
      SlotChange.replace(index: replacement.index, try key(replacement.kind, replacement.name))
    }
    changes += removed.map { .remove(index: $0) }
    for (kind, names) in [
      ("device", addedDevices), ("user", addedUsers), ("group", addedGroups),
    ] {
      changes += try names.map { .add(try key(kind, $0)) }
    }
    let summary = try Rewrapping.rewrap(track, keys: try keys.wrappingKeys([]), changes: changes)
    let name = Terminal.printable(track)
    let lines = summary.slots.enumerated().map { "  slot \($0): \($1.text)" }
    try common.show(
      .object([
        ("track", .string(track)), ("changed", .bool(summary.isChanged)),
        ("slots", .array(summary.slots.map(\.json))),
      ]),
      ([summary.isChanged ? "\(name) is for:" : "\(name) stays as it is, for:"] + lines)
        .joined(separator: "\n"))
  }
}

/// The value of `--replace-slot`: "0=device:My player".
struct SlotReplacement: ExpressibleByArgument {
  let index: Int
  let kind: String
  let name: String

  init?(argument: String) {
    let parts = argument.split(separator: "=", maxSplits: 1)
    guard parts.count == 2, let index = Int(parts[0]) else { return nil }
    let who = parts[1].split(separator: ":", maxSplits: 1)
    guard who.count == 2, ["device", "user", "group"].contains(String(who[0])) else { return nil }
    self.index = index
    kind = String(who[0])
    name = String(who[1])
  }
}
