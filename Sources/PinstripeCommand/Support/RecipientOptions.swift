import ArgumentParser
import Pinstripe
import PinstripeKeys

/// For whom a track is.
struct RecipientOptions: ParsableArguments {
  @Option(
    name: .customLong("device"),
    help: ArgumentHelp(
      "A device that can play the track, by name or id. May be given several times, as --user and "
        + "--group; 16 keys are the most.", valueName: "device"))
  var devices: [String] = []

  @Option(
    name: .customLong("user"),
    help: ArgumentHelp("A user on whose devices the track plays.", valueName: "user"))
  var users: [String] = []

  @Option(
    name: .customLong("group"),
    help: ArgumentHelp("A group on whose devices the track plays.", valueName: "group"))
  var groups: [String] = []

  /// Whether nobody was named.
  var isEmpty: Bool { devices.isEmpty && users.isEmpty && groups.isEmpty }

  /// The newest wrapping keys of everybody named, each once, in the order devices, users, groups.
  func wrappingKeys(_ keys: KeyOptions) throws -> [WrappingKey] {
    isEmpty ? [] : try wrappingKeys(keys, in: try keys.open())
  }

  /// The same with a key store that is open: a passphrase is asked for once.
  func wrappingKeys(_ keys: KeyOptions, in store: KeyStore) throws -> [WrappingKey] {
    var named = try devices.map { name in
      try store.playbackKey(for: try keys.device(name, in: store).id).wrappingKey()
    }
    for (kind, names) in [(SharedKey.Kind.user, users), (.group, groups)] {
      named += try names.map { name in
        try store.sharedKey(for: try keys.holder(name, kind, in: store).id).wrappingKey()
      }
    }
    var seen: Set<KeyID> = []
    let recipients = named.filter { seen.insert($0.id).inserted }
    guard recipients.count <= 16 else {
      throw PinstripeError(
        .usage, "A track is for 16 keys at most, and \(recipients.count) were named; use a group.")
    }
    return recipients
  }
}
