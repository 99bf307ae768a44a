import PinstripeProfile

extension ProfileDraft {
  /// What the player did not tell, in the order of a profile's keys.
  static func openFacts(_ facts: SurveyFacts, _ profile: DeviceProfile) -> [OpenFact] {
    var open = [
      ("modes", "its ids as a disk: switch it, and see 'lsusb'"),
      ("switching", "how a person switches it from one USB mode to the other"),
      ("decoder", "whether it decrypts tracks; the draft takes it for a player that does not"),
    ].map { OpenFact(key: $0.0, advice: $0.1) }
    func add(_ key: String, _ advice: String) { open.append(OpenFact(key: key, advice: advice)) }
    if let formats = facts.formats {
      add("formats", "MTP has no codes for Opus, Apple Lossless and Monkey's Audio")
      let silent = formats.filter { $0.value == FormatLimits() }.keys.map(\.rawValue).sorted()
      if !silent.isEmpty { add("formats", "the rates of \(silent.joined(separator: ", "))") }
    } else {
      add("formats", "it names none that profiles know")
    }
    add("storage", "what names it holds, how deep folders, how many and how large objects")
    if facts.musicFolder == nil {
      add("storage.musicFolder", "where it looks for music; none of its folders is called Music")
    }
    add("transfer", "how fast it takes data: the defaults work everywhere")
    if let art = facts.art {
      let limits: [(String, Bool)] = [
        ("formats", art.formats == nil), ("maximumWidth", art.maximumWidth == nil),
        ("maximumHeight", art.maximumHeight == nil), ("maximumBytes", art.maximumBytes == nil),
      ]
      for (key, isOpen) in limits where isOpen {
        add("art.\(key)", "it names no limit, or a placeholder that is none")
      }
    } else {
      add("art", "whether it shows cover pictures, and of what kind and size")
    }
    if !facts.hasReferences {
      add(
        "playlists.mtp", "in which form it reads playlists: it has no objects that refer to tracks")
    }
    if facts.renames == nil {
      add("quirks.no-rename", "whether a file's name can be changed: it does not say")
    }
    add("quirks", "what it does against the standard; each shows itself in use only")
    return open
  }
}
