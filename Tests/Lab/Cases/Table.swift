import Glibc

/// Whether a player can do something.
struct Ability {
  /// Why it cannot; nil when it can.
  var reason: String?
}

/// The table of what players can do: a line for each has the player, the capability, and "yes" or the
/// reason why not.
struct Table {
  private var rows: [(player: Substring, capability: Substring, words: [Substring])] = []

  init?(path: String) {
    guard let file = fopen(path, "r") else { return nil }
    defer { fclose(file) }
    var line = [CChar](repeating: 0, count: 1024)
    while fgets(&line, Int32(line.count), file) != nil {
      let text = String(
        decoding: line.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
      let words = text.split(whereSeparator: \.isWhitespace)
      guard words.count > 2, words.first?.hasPrefix("#") == false else { continue }
      rows.append((words[0], words[1], Array(words.dropFirst(2))))
    }
  }

  func abilities(of player: String) -> [String: Ability] {
    var abilities: [String: Ability] = [:]
    for row in rows where row.player == player {
      let reason = row.words == ["yes"] ? nil : row.words.joined(separator: " ")
      abilities[String(row.capability)] = Ability(reason: reason)
    }
    return abilities
  }
}
