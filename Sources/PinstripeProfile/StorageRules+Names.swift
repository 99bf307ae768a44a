extension StorageRules {
  /// Why the player cannot hold a name of a file or folder, as a clause; nil when it can.
  package func complaint(about name: String) -> String? {
    if name.isEmpty || name.unicodeScalars.first == "." {
      return "names may not be empty or begin with a dot"
    }
    if name.utf16.count > maximumNameLength {
      return "names have at most \(maximumNameLength) characters there"
    }
    if name.utf8.count > maximumNameBytes {
      return "names have at most \(maximumNameBytes) bytes there"
    }
    if let wrong = name.unicodeScalars.first(where: { !holds($0) }) {
      return wrong.properties.generalCategory == .control
        ? "names have no control characters" : "names there have no \"\(wrong)\""
    }
    if name.unicodeScalars.last == "." || name.unicodeScalars.last == " " {
      return "FAT drops dots and spaces at a name's end"
    }
    if Self.isReserved(name) { return "Windows and DOS have a device of that name" }
    return nil
  }

  /// Whether the player holds a character in names.
  package func holds(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.generalCategory != .control && scalar != "/"
      && scalar.value <= characters.last && !forbiddenCharacters.unicodeScalars.contains(scalar)
  }

  /// Whether a name is a device to DOS and Windows, whatever its ending ("Naming Files, Paths, and
  /// Namespaces" of Microsoft's documentation): such a file cannot be opened there.
  package static func isReserved(_ name: String) -> Bool {
    var stem = String(name.unicodeScalars.prefix { $0 != "." }).uppercased()
    while stem.last == " " { stem.removeLast() }
    if ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"].contains(stem) { return true }
    guard stem.hasPrefix("COM") || stem.hasPrefix("LPT") else { return false }
    let number = stem.unicodeScalars.dropFirst(3)
    return number.count == 1 && "0123456789¹²³".unicodeScalars.contains(where: number.contains)
  }
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
