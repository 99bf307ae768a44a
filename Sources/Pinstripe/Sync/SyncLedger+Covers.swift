import PinstripeProfile

// Covers in the ledger, among tracks: SyncPlanner+Covers.swift.

extension SyncLedger.Entry {
  static let coverPrefix = "//cover/"

  /// Whether it is about a picture.
  var isCover: Bool { place.hasPrefix(Self.coverPrefix) }

  private var coverPlace: Substring { place.dropFirst(Self.coverPrefix.count) }

  /// The folder that a cover is for.
  var coverFolder: String {
    coverPlace.firstRange(of: "//").map { String(coverPlace[..<$0.lowerBound]) } ?? ""
  }

  /// The album that a cover is for.
  var coverAlbum: String {
    coverPlace.firstRange(of: "//").map { String(coverPlace[$0.upperBound...]) } ?? ""
  }

  /// The limits that a cover was made for.
  var coverLimits: String { protection.split(separator: "\n").first.map(String.init) ?? "" }

  /// The tracks that a cover is for.
  var coverTracks: [String] { protection.split(separator: "\n").dropFirst().map(String.init) }
}

extension Cover {
  /// Where it stands in the ledger.
  var ledgerPlace: String { Self.ledgerPlace(folder, album) }

  static func ledgerPlace(_ folder: String, _ album: String) -> String {
    "\(SyncLedger.Entry.coverPrefix)\(folder)//\(album)"
  }

  /// What the ledger says of it.
  ///
  /// - Parameters:
  ///   - stored: Bytes on the player; 0 where there is no picture.
  ///   - item: A track, where there is no picture.
  func entry(_ stored: UInt64, _ item: SyncItem? = nil) -> SyncLedger.Entry {
    let first = stored == 0 ? "none" : limits?.summary ?? ""
    return SyncLedger.Entry(
      place: ledgerPlace, source: source?.path ?? item?.path ?? "",
      size: source?.size ?? item?.size ?? 0, modified: source?.modified ?? item?.modified ?? 0,
      stored: stored, protection: ([first] + tracks).joined(separator: "\n"), original: artist)
  }

  /// About how many bytes its picture will have: half a byte a pixel, as a JPEG of quality 85 has at most
  /// as a rule.
  var estimate: UInt64 {
    guard let size, let limits else { return 0 }
    return UInt64(min(size.width * size.height / 2 + 1024, limits.bytes))
  }
}

extension CoverLimits {
  /// The limits in a form of our own.
  var summary: String { "\(format.rawValue) \(width) \(height) \(bytes)" }
}
