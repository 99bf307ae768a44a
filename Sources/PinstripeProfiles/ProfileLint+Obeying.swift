import PinstripeProfile

/// What a profile says that no program could obey, or that breaks its own rules.
extension ProfileLint {
  mutating func checkFormats(_ entry: ProfileRegistry.Entry) {
    guard let formats = entry.profile.formats else { return }
    let needs: [(Quirk, AudioFormat)] = [
      (.sendOggAsUndefined, .ogg), (.detectOggByExtension, .ogg), (.sendFLACAsUndefined, .flac),
    ]
    for (quirk, format) in needs
    where entry.profile.quirks.contains(quirk) && formats[format] == nil {
      add(
        entry, "quirks.\(quirk.rawValue)",
        "is about \(format.rawValue), which is not among the formats: it could never be obeyed")
    }
  }

  mutating func checkProtection(_ entry: ProfileRegistry.Entry) {
    let profile = entry.profile
    guard profile.decoder != .none else {
      let reason = "is for players with a decoder, which this is not: it could never be obeyed"
      if profile.protection != ProtectionRules() { add(entry, "protection", reason) }
      if profile.cpu != nil { add(entry, "cpu", reason) }
      return
    }
    let longest = min(profile.storage.maximumNameLength, profile.storage.maximumNameBytes)
    if profile.protection.metadata == .hidden, longest < Self.hiddenNameLength {
      add(
        entry, "protection.metadata",
        "makes names that take a maximumNameLength and a maximumNameBytes of "
          + "\(Self.hiddenNameLength)")
    }
    let hasFastAES = profile.cpu?.hasAES == true
    if hasFastAES, profile.protection.suite != ProtectionRules.suiteNames["aes-128-ctr"] {
      add(
        entry, "cpu.hasAES",
        "speeds up the suite \"aes-128-ctr\" only, which protection.suite is not: it could never be "
          + "obeyed")
    }
  }

  /// A UUID (36) and ".pst" (4), with ".pinstripe-old-" (15) before it while a successor takes its place.
  private static let hiddenNameLength = 55

  mutating func checkPlayerRules(_ entry: ProfileRegistry.Entry) {
    let profile = entry.profile
    let hasMTP = profile.modes.contains { $0.usbProtocol == .mtp }
    if !hasMTP, profile.mtp != MTPRules() {
      add(entry, "mtp", "is about MTP, which the player does not speak")
    }
    if profile.playlists[.mtp]?.kind == .mtpReferences,
      profile.mtp.lacks.contains(.setObjectReferences)
    {
      add(entry, "playlists.mtp", "needs the operation that mtp.lacks says is not there")
    }
    if profile.quirks.isSuperset(of: [.keepInterfaceOnClose, .resetOnClose]) {
      add(
        entry, "quirks.reset-on-close", "is the contrary of \"keep-interface-on-close\"")
    }
    let operations: [(Quirk, PlayerOperation)] = [
      (.noSendPropertyList, .sendObjectPropList), (.noPropertyList, .getObjectPropList),
      (.noPropertyListOfAll, .getObjectPropList),
    ]
    for (quirk, operation) in operations
    where profile.quirks.contains(quirk) && profile.mtp.lacks.contains(operation) {
      add(
        entry, "quirks.\(quirk.rawValue)",
        "is about an operation that mtp.lacks says is not there: it could never be obeyed")
    }
  }

  /// The names that the profile gives itself, by its own rules.
  mutating func checkNames(_ entry: ProfileRegistry.Entry) {
    let profile = entry.profile
    var names = [("storage.musicFolder", profile.storage.musicFolder)]
    if profile.art.delivery == .folder { names.append(("art.fileName", profile.art.fileName)) }
    for usbProtocol in USBProtocol.allCases {
      guard let rules = profile.playlists[usbProtocol] else { continue }
      names.append(("playlists.\(usbProtocol.rawValue).folder", rules.folder))
    }
    for (key, name) in names where !name.isEmpty {
      guard let complaint = profile.storage.complaint(about: name) else { continue }
      add(entry, key, "is no name that the player holds: \(complaint)")
    }
  }

  mutating func checkArt(_ entry: ProfileRegistry.Entry) {
    let art = entry.profile.art
    if art.delivery == .none, art.formats != nil {
      add(entry, "art.formats", "is never obeyed where no picture goes")
    }
    if art.delivery == .none || art.delivery == .embedded {
      let limits = [
        ("art.maximumWidth", art.maximumWidth), ("art.maximumHeight", art.maximumHeight),
        ("art.maximumBytes", art.maximumBytes),
      ]
      for (key, limit) in limits where limit != nil {
        add(entry, key, "is never obeyed where no picture is sent")
      }
    }
    if art.delivery != .folder, art.fileName != ArtRules().fileName {
      add(entry, "art.fileName", "is for the delivery \"folder\": it could never be obeyed")
    }
  }

  mutating func checkPlaylists(_ entry: ProfileRegistry.Entry) {
    for usbProtocol in USBProtocol.allCases {
      guard let rules = entry.profile.playlists[usbProtocol], ![.m3u, .pls].contains(rules.kind)
      else { continue }
      var plain = PlaylistRules(kind: rules.kind)
      plain.folder = rules.folder
      guard rules != plain else { continue }
      add(
        entry, "playlists.\(usbProtocol.rawValue)",
        "has paths, separator, encoding or lineEnd, which are for \"m3u\" and \"pls\": they could "
          + "never be obeyed")
    }
  }
}
