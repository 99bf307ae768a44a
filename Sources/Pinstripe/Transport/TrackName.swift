import PinstripeFiles
import PinstripeProfile

/// File names on players.
public enum TrackName {
  /// What protected tracks' names end in.
  public static let suffix = ".pst"

  /// Why a player cannot hold a name, as a clause; nil when it can.
  static func complaint(_ name: String, rules: StorageRules) -> String? {
    if name.utf16.count > limit(rules) {
      return "names have at most \(limit(rules)) characters there"
    }
    if !fits(name, rules) {
      return "names have at most \(rules.maximumNameBytes - setAsidePrefix.utf8.count) bytes there"
    }
    return rules.complaint(about: name)
  }

  /// What two names have in common that a player may take for one: FAT does not tell case, some file
  /// systems spell accents in one way only, and Swift compares by the latter anyhow.
  static func folded(_ name: String) -> String { name.uppercased().lowercased() }

  /// The longest name that a track can have: set aside, it still has to fit.
  private static func limit(_ rules: StorageRules) -> Int {
    max(1, rules.maximumNameLength - setAsidePrefix.utf16.count)
  }

  /// Whether a name is one of a file in a folder, and leads nowhere else.
  static func isPlain(_ name: String) -> Bool {
    !name.isEmpty && name != "." && name != ".."
      && !name.unicodeScalars.contains { $0 == "/" || $0.value == 0 }
  }

  static func fits(_ name: String, _ rules: StorageRules) -> Bool {
    name.utf16.count <= limit(rules)
      && name.utf8.count + setAsidePrefix.utf8.count <= rules.maximumNameBytes
  }

  /// A name that no track has, for what is not complete yet.
  static func temporary() -> String { TemporaryName.make() }

  /// The file at a volume's root that tells it from others.
  static var volumeMark: String { TemporaryName.prefix + "id" }

  /// Whether a name is one of those that only this program gives, and nobody is shown.
  static func isOurs(_ name: String) -> Bool {
    isTemporary(name) || original(ofSetAside: name) != nil || name == volumeMark
  }

  /// Whether a name is one of ours for what was not completed.
  static func isTemporary(_ name: String) -> Bool {
    name.hasPrefix(TemporaryName.prefix) && name.hasSuffix(TemporaryName.suffix)
      && original(ofSetAside: name) == nil
  }

  /// The name of a track while its successor takes its place.
  static func setAside(_ name: String) -> String {
    setAsidePrefix + name
  }

  /// The name that a track had before it was set aside; nil when it was not.
  static func original(ofSetAside name: String) -> String? {
    name.hasPrefix(setAsidePrefix) ? String(name.dropFirst(setAsidePrefix.count)) : nil
  }

  private static let setAsidePrefix = TemporaryName.prefix + "old-"
}

extension TrackName {
  /// 16 bytes as a UUID of version 8: what is in them is its maker's matter (RFC 9562 §5.8).
  static func uuid(_ bytes: [UInt8]) -> String {
    var bytes = Array(bytes.prefix(16))
    bytes[6] = bytes[6] & 0x0F | 0x80
    bytes[8] = bytes[8] & 0x3F | 0x80
    var text = ""
    for (index, byte) in bytes.enumerated() {
      if [4, 6, 8, 10].contains(index) { text += "-" }
      text += Hexadecimal.string([byte])
    }
    return text
  }

  /// A name that says nothing of a track, for one that was packed before and whose key nobody has.
  public static func random() -> String {
    uuid((0..<16).map { _ in UInt8.random(in: .min ... .max) })
  }
}
