import PinstripeCore
import PinstripeKeys

/// Makes what is sent of a file, and knows a file's track again.
public struct SyncTracks: Sendable {
  /// How tracks are encrypted and for whom, so that a change of it is noticed; nil where files go as
  /// they are.
  public let protection: String?
  private let recipe: TrackRecipe?
  /// The free field of metadata with the path that a track's source had below its folder.
  static let placeField = "place"

  /// Says how tracks are made.
  ///
  /// - Parameter recipe: Its metadata is taken from each file's own tags; nil sends files as they are.
  public init(_ recipe: TrackRecipe?) {
    self.recipe = recipe
    protection = recipe?.summary
  }

  /// Makes names that say nothing to those without the key, and are the same every time.
  ///
  /// They are 16 bytes of an HMAC of the text under the first recipient's key, as a UUID (RFC 9562 §5.8);
  /// nil where files go as they are.
  public var disguise: (@Sendable (String) throws(PinstripeError) -> String)? {
    guard let key = recipe?.recipients.min(by: { "\($0.id)" < "\($1.id)" }) else { return nil }
    return { text throws(PinstripeError) in
      do throws(KeyError) {
        return TrackName.uuid(try key.pseudonym(of: text))
      } catch {
        throw PinstripeError(error)
      }
    }
  }

  /// What is sent of a file; a track that was packed before goes as it is.
  ///
  /// - Throws: ``PinstripeError``.
  public func stream(of item: SyncItem) throws(PinstripeError) -> any ByteStream {
    var source = try FileSource(path: item.path)
    if try TrackFile.isTrack(source) {
      // One that was left in the middle of a rewrapping is made whole first.
      try Rewrapping.recover(item.path)
      source = try FileSource(path: item.path)
      return ClearStream(source)
    }
    let properties = TrackProperties(path: item.path)
    guard var recipe else {
      let stream = ClearStream(source, format: try .of(source))
      stream.properties = properties
      return stream
    }
    recipe.metadata = try .embedded(in: PeekableSource(source))
    // Whatever it is called on the player, its place in the source can be told from the track.
    recipe.metadata.freeFields.append((Self.placeField, item.place))
    let stream = try TrackStream(source, recipe: recipe)
    stream.properties = properties
    return stream
  }

  /// How many bytes a file's own tags, pictures among them, take in its track's encrypted metadata; the
  /// rest of the metadata is small.
  ///
  /// - Throws: ``PinstripeError`` when the file cannot be read.
  public func metadataLength(of item: SyncItem) throws(PinstripeError) -> UInt64 {
    guard recipe != nil, !item.isTrack else { return 0 }
    let metadata = try TrackMetadata.embedded(in: PeekableSource(FileSource(path: item.path)))
    return UInt64(try metadata.encoded().count)
  }

  /// What is on a player in a file's place, where no ledger says so.
  ///
  /// A track is known by the SHA-256 in its encrypted metadata. What is not encrypted tells nobody who
  /// put it there: it is foreign, or the same as far as can be seen without reading all of it.
  ///
  /// - Throws: ``PinstripeError`` when the player or the file cannot be read.
  public func recognise(
    _ track: StoredTrack, _ item: SyncItem, on transport: any Transport
  ) async throws -> SyncPlanner.Recognition {
    let source = try FileSource(path: item.path)
    guard let recipe, try !TrackFile.isTrack(source) else {
      return try await isAlike(track, source, on: transport) ? .alike : .foreign
    }
    guard
      let (metadata, description) = try await TrackFile.examine(
        track, on: transport, keys: recipe.recipients)
    else { return .foreign }
    // One that lacks a recipient is another version: it would never play there.
    let slots = Set(description.slots.map(\.keyID))
    guard recipe.recipients.allSatisfy({ slots.contains("\($0.id)") }) else { return .other }
    return try metadata.contentDigest == digest(of: source) ? .same : .other
  }

  /// Whether a file on the player has the source's length, beginning and end.
  private func isAlike(
    _ track: StoredTrack, _ source: FileSource, on transport: any Transport
  ) async throws -> Bool {
    guard let length = source.length, track.size == length else { return false }
    let part = min(length, Self.sample)
    for offset in [0, length - part] {
      var stored: [UInt8] = []
      try await transport.read(track.name, range: offset..<offset + part) { stored += $0 }
      guard try stored == PeekableSource(source).peek(at: offset, count: Int(part)) else {
        return false
      }
    }
    return true
  }

  private static let sample: UInt64 = 65_536

  private func digest(of source: FileSource) throws(PinstripeError) -> [UInt8] {
    let digest = try ContentDigest()
    let source = PeekableSource(source)
    var offset: UInt64 = 0
    while true {
      if Task.isCancelled { throw .cancelled(source.name) }
      let part = try source.peek(at: offset, count: 1 << 20)
      guard !part.isEmpty else { return try digest.finish() }
      try part.span.withUnsafeBytes { bytes throws(PinstripeError) in try digest.update(bytes) }
      offset += UInt64(part.count)
    }
  }
}

extension TrackRecipe {
  /// How tracks are encrypted and for whom, in a form of our own.
  fileprivate var summary: String {
    let keys = recipients.map { "\($0.id)" }.sorted().joined(separator: ",")
    let pattern = self.pattern.map { "\($0)" } ?? profilePatterns.summary
    let chunks = chunkSize.map { ", chunks \($0)" } ?? ""
    return "suite \(suite.number), \(pattern), keys \(keys)\(chunks)"
  }
}
