import PinstripeCore
import PinstripeKeys

// What a track may have beside its metadata: purchaser, rights, chunk tags.

extension TrackRecipe {
  /// Judges purchaser and rights.
  ///
  /// - Returns: The rights, where there are any.
  /// - Throws: ``PinstripeError`` with the code ``PinstripeError/Code/usage``, or
  ///   ``PinstripeError/Code/keys`` for what is no rights record.
  func checkedRights() throws(PinstripeError) -> RightsRecord? {
    if let purchaser {
      guard (1...Self.maximumPurchaser).contains(purchaser.utf8.count) else {
        throw PinstripeError(.usage, "A purchaser has 1 to 1024 bytes; name a shorter one.")
      }
    }
    guard let rights else { return nil }
    let record: RightsRecord
    do throws(KeyError) {
      record = try RightsFile.read(rights.span)
    } catch {
      throw PinstripeError(error)
    }
    let device = record.deviceID.indices.map { record.deviceID[$0] }
    guard recipients.contains(where: { $0.deviceID?.bytes == device }) else {
      throw PinstripeError(
        .usage,
        "The rights were issued for device \(Hexadecimal.string(device)), which is none of the "
          + "track's; name it, or have rights issued for the right one.")
    }
    return record
  }

  /// Bytes of the sections of purchaser, rights and chunk tags.
  func extrasLength(of content: UInt64) -> Int {
    let salt = TrackLayout.sectionSaltSize
    return (purchaser.map { $0.utf8.count + salt } ?? 0) + (rights.map { $0.count + salt } ?? 0)
      + (chunkSize.map { ChunkTags.sectionLength(of: content, $0) } ?? 0)
  }

  /// The place of the chunk tags' section in the directory: their key depends on it, and is needed
  /// when packing starts.
  func chunkTagsIndex(isFramed: Bool) -> UInt16 {
    // Metadata are always there.
    (isFramed ? 2 : 1) + (purchaser == nil ? 0 : 1) + (rights == nil ? 0 : 1)
  }
}

extension SectionList {
  /// Adds purchaser and rights, as far as there are any.
  mutating func append(extrasOf recipe: TrackRecipe) throws(PinstripeError) {
    if let purchaser = recipe.purchaser {
      try append(Array(purchaser.utf8), type: .purchaser)
    }
    if let rights = recipe.rights { try append(rights, type: .rights, isCritical: true) }
  }
}
