import PinstripeCore
import PinstripeKeys

/// Reads the sections of an open track.
struct SectionReader {
  private let track: OpenedTrack
  /// What the track was opened with; holds the verified directory.
  private let work: [UInt8]
  private let provider: SoftwareProvider

  init(_ track: OpenedTrack, work: [UInt8], provider: SoftwareProvider) {
    self.track = track
    self.work = work
    self.provider = provider
  }

  /// The directory's entry of a type, and its place in the directory.
  func entry(of type: SectionType) throws(TrackError) -> (entry: SectionEntry, index: UInt16)? {
    for index in 0..<track.sectionCount {
      let entry = try track.section(index, in: work.span)
      if entry.type.number == type.number { return (entry, UInt16(index)) }
    }
    return nil
  }

  /// Verifies and decrypts a section.
  ///
  /// - Parameter most: The most bytes that its contents may have; there may be fewer in a known type,
  ///   and whoever asks judges that.
  /// - Returns: nil when the track has no section of the type.
  func contents(
    of type: SectionType, most: Int, from storage: inout FileStorage
  ) throws -> [UInt8]? {
    guard let (entry, index) = try entry(of: type) else { return nil }
    // The opener has held the length against the file's size, so the file has these bytes.
    guard entry.length <= UInt64(most + TrackLayout.sectionSaltSize) else {
      throw TrackError.malformed
    }
    let stored = try storage.bytes(at: entry.offset, count: Int(entry.length))
    return try SealedSection.open(
      stored, entry: entry, index: index, content: track.content, suite: track.header.suite,
      provider: provider, track: storage.path)
  }

  /// What the track says of its work.
  func metadata(from storage: inout FileStorage) throws -> TrackMetadata {
    guard
      let contents = try contents(
        of: .metadata, most: TrackMetadata.maximumSize, from: &storage)
    else { return TrackMetadata() }
    guard let metadata = TrackMetadata(decoding: contents) else { throw TrackError.malformed }
    return metadata
  }

  /// Who bought the copy.
  func purchaser(from storage: inout FileStorage) throws -> String? {
    guard
      let contents = try contents(
        of: .purchaser, most: TrackRecipe.maximumPurchaser, from: &storage)
    else { return nil }
    guard !contents.isEmpty else { throw TrackError.malformed }
    return String(decoding: contents, as: UTF8.self)
  }

  /// What the buyer may do; the issuer's tag is the device's to verify.
  func rights(from storage: inout FileStorage) throws -> [UInt8]? {
    guard
      let contents = try contents(of: .rights, most: RightsRecord.size, from: &storage)
    else { return nil }
    let record = try RightsRecord(decoding: contents.span)
    let isOfThisTrack = record.trackID.isEqual(to: track.header.trackID)
    guard isOfThisTrack else { throw TrackError.malformed }
    return contents
  }
}
