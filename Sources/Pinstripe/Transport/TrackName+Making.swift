public import PinstripeProfile

// A name that the player can hold stays as it is. Every other one gets "_" for what cannot be held, is
// shortened, and ends in its ``NameTag``: "What?.mp3" becomes "What_~z9evmx.mp3". The original stands in
// the ledger, and in a track's encrypted metadata.

extension TrackName {
  /// The name a source gets on a player: its own, or with ``suffix`` where it is protected, changed as far
  /// as the player's file system asks for it.
  ///
  /// Two sources get the same name only where nothing but case, the kind of accents' spelling (NFC, NFD)
  /// or a protected file's ending tells them apart.
  ///
  /// - Parameters:
  ///   - source: The source's file name.
  ///   - isProtected: Whether the track is encrypted; then the suffix takes the place of the ending.
  public static func make(
    from source: String, isProtected: Bool, rules: StorageRules
  ) -> String {
    make(from: source, isProtected: isProtected, rules: rules, distinguishing: nil)
  }

  /// The same with a tag in any case.
  ///
  /// - Parameter original: What the tag is made of; nil for the name, where it needs one.
  static func make(
    from source: String, isProtected: Bool, rules: StorageRules, distinguishing original: String?
  ) -> String {
    let (stem, ending) = split(source)
    let spelled = isProtected ? suffix : held(trimmed(ending), rules)
    let isSpelledOtherwise =
      !isProtected && !spelled.unicodeScalars.elementsEqual(ending.unicodeScalars)
    return make(
      stem, spelled, rules, of: original ?? source, isChanged: original != nil || isSpelledOtherwise
    )
  }

  /// The name a folder gets on a player.
  ///
  /// - Parameter original: What the tag is made of, where it is to have one in any case.
  static func makeFolder(
    from name: String, rules: StorageRules, distinguishing original: String? = nil
  ) -> String {
    make(name.unicodeScalars[...], "", rules, of: original ?? name, isChanged: original != nil)
  }

  /// A source's name up to its last dot, and from there on; a protected track loses the latter.
  static func split(
    _ source: String
  ) -> (stem: Substring.UnicodeScalarView, ending: String) {
    let scalars = source.unicodeScalars
    guard let dot = scalars.lastIndex(of: "."), dot != scalars.startIndex,
      scalars[dot...].count > 1
    else { return (scalars[...], "") }
    let ending = String(scalars[dot...])
    // What is longer is no ending, but a name with a dot in it; nor is what is only spaces.
    guard ending.utf16.count <= maximumEnding, !trimmed(ending).isEmpty else {
      return (scalars[...], "")
    }
    return (scalars[..<dot], ending)
  }

  private static func make(
    _ stem: Substring.UnicodeScalarView, _ ending: String, _ rules: StorageRules,
    of original: String, isChanged: Bool
  ) -> String {
    let name = String(stem) + ending
    if !isChanged, !NameTag.ends(stem), complaint(name, rules: rules) == nil { return name }
    var scalars = held(String(stem), rules).unicodeScalars[...]
    // Leading dots hide a file, and "." and ".." are no names.
    if scalars.isEmpty || scalars.first == "." {
      scalars = ("_" + String(scalars.dropFirst())).unicodeScalars[...]
    }
    if StorageRules.isReserved(String(scalars)) {
      scalars = ("_" + String(scalars)).unicodeScalars[...]
    }
    let end = NameTag.make(of: original.utf8) + ending
    while !fits(String(scalars) + end, rules), scalars.count > 1 { scalars.removeLast() }
    return String(scalars) + end
  }

  /// A name with "_" for what the player cannot hold.
  private static func held(_ name: String, _ rules: StorageRules) -> String {
    String(String.UnicodeScalarView(name.unicodeScalars.map { rules.holds($0) ? $0 : "_" }))
  }

  /// A name without dots and spaces at its end.
  private static func trimmed(_ name: String) -> String {
    var scalars = name.unicodeScalars[...]
    while let last = scalars.last, last == "." || last == " " { scalars.removeLast() }
    return String(scalars)
  }

  private static let maximumEnding = 16
}
