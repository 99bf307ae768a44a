public import PinstripeProfile

/// File names on players.
public enum TrackName {
  /// What protected tracks' names end in.
  public static let suffix = ".pst"

  /// The name a source gets on a player: its own, or with ``suffix`` where it is protected, and with
  /// "_" for what the player's file system cannot hold.
  ///
  /// - Parameters:
  ///   - source: The source's file name.
  ///   - isProtected: Whether the track is encrypted; then the suffix takes the place of the ending.
  public static func make(
    from source: String, isProtected: Bool, rules: StorageRules
  ) -> String {
    let scalars = cleaned(source, rules).unicodeScalars
    var stem = scalars[...]
    var ending = isProtected ? suffix : ""
    if let dot = scalars.lastIndex(of: "."), dot != scalars.startIndex {
      let found = String(scalars[dot...])
      // What is longer is no ending, but a name with a dot in it.
      if found.utf16.count <= maximumEnding {
        stem = scalars[..<dot]
        if !isProtected { ending = found }
      }
    }
    // Leading dots hide a file, and "." and ".." are no names.
    if stem.isEmpty || stem.first == "." {
      stem = ("_" + String(stem.dropFirst())).unicodeScalars[...]
    }
    return fitted(stem, ending, rules)
  }

  /// The name a folder gets on a player.
  static func makeFolder(from name: String, rules: StorageRules) -> String {
    var scalars = cleaned(name, rules).unicodeScalars[...]
    if scalars.isEmpty || scalars.first == "." {
      scalars = ("_" + String(scalars.dropFirst())).unicodeScalars[...]
    }
    // FAT drops dots and spaces at a name's end, and then it is another name.
    while let last = scalars.last, last == "." || last == " ", scalars.count > 1 {
      scalars.removeLast()
    }
    return fitted(scalars, "", rules)
  }

  /// The name that a track gets where others have its own: "Song (2).pst".
  static func numbered(_ name: String, _ number: Int, rules: StorageRules) -> String {
    let scalars = name.unicodeScalars
    let dot = scalars.lastIndex(of: ".") ?? scalars.endIndex
    return fitted(scalars[..<dot], " (\(number))" + String(scalars[dot...]), rules)
  }

  /// Shortens a name's stem until the player can hold it with its ending.
  private static func fitted(
    _ stem: Substring.UnicodeScalarView, _ ending: String, _ rules: StorageRules
  ) -> String {
    var stem = stem
    while !fits(String(stem) + ending, rules), stem.count > 1 { stem.removeLast() }
    return String(stem) + ending
  }

  /// A name with "_" for what the player cannot hold.
  private static func cleaned(_ name: String, _ rules: StorageRules) -> String {
    String(String.UnicodeScalarView(name.unicodeScalars.map { holds($0, rules) ? $0 : "_" }))
  }

  /// Why a player cannot hold a name, as a clause; nil when it can.
  static func complaint(_ name: String, rules: StorageRules) -> String? {
    if name.isEmpty || name.unicodeScalars.first == "." {
      return "names may not be empty or begin with a dot"
    }
    if name.utf16.count > limit(rules) {
      return "names have at most \(limit(rules)) characters there"
    }
    if !fits(name, rules) {
      return "names have at most \(rules.maximumNameBytes - setAsidePrefix.utf8.count) bytes there"
    }
    if let wrong = name.unicodeScalars.first(where: { !holds($0, rules) }) {
      return wrong.value < 0x20 || wrong.value == 0x7F
        ? "names have no control characters" : "names there have no \"\(wrong)\""
    }
    return nil
  }

  /// The longest name that a track can have: set aside, it still has to fit.
  private static func limit(_ rules: StorageRules) -> Int {
    max(1, rules.maximumNameLength - setAsidePrefix.utf16.count)
  }

  /// Whether a name is one of a file in a folder, and leads nowhere else.
  static func isPlain(_ name: String) -> Bool {
    !name.isEmpty && name != "." && name != ".."
      && !name.unicodeScalars.contains { $0 == "/" || $0.value == 0 }
  }

  private static func fits(_ name: String, _ rules: StorageRules) -> Bool {
    name.utf16.count <= limit(rules)
      && name.utf8.count + setAsidePrefix.utf8.count <= rules.maximumNameBytes
  }

  private static func holds(_ scalar: Unicode.Scalar, _ rules: StorageRules) -> Bool {
    scalar.value >= 0x20 && scalar.value != 0x7F && scalar != "/"
      && scalar.value <= rules.characters.last
      && !rules.forbiddenCharacters.unicodeScalars.contains(scalar)
  }

  /// A name that no track has, for what is not complete yet.
  static func temporary() -> String {
    prefix + String(UInt64.random(in: 0...UInt64.max), radix: 36) + temporarySuffix
  }

  /// The file at a volume's root that tells it from others.
  static var volumeMark: String { prefix + "id" }

  /// Whether a name is one of those that only this program gives, and nobody is shown.
  static func isOurs(_ name: String) -> Bool {
    isTemporary(name) || original(ofSetAside: name) != nil || name == volumeMark
  }

  /// Whether a name is one of ours for what was not completed.
  static func isTemporary(_ name: String) -> Bool {
    name.hasPrefix(prefix) && name.hasSuffix(temporarySuffix) && original(ofSetAside: name) == nil
  }

  /// The name of a track while its successor takes its place.
  static func setAside(_ name: String) -> String {
    setAsidePrefix + name
  }

  /// The name that a track had before it was set aside; nil when it was not.
  static func original(ofSetAside name: String) -> String? {
    name.hasPrefix(setAsidePrefix) ? String(name.dropFirst(setAsidePrefix.count)) : nil
  }

  private static let maximumEnding = 16
  private static let prefix = ".pinstripe-"
  private static let setAsidePrefix = ".pinstripe-old-"
  private static let temporarySuffix = ".part"
}

extension NameCharacters {
  /// The last code point that a player holds.
  fileprivate var last: UInt32 {
    switch self {
    case .unicode: 0x10_FFFF
    case .bmp: 0xFFFF
    case .latin1: 0xFF
    case .ascii: 0x7E
    }
  }
}
