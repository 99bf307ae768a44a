import CPinstripe
import Glibc
import PinstripeCore
import PinstripeFiles
public import PinstripeKeys

/// A track opened with a key on the desktop: its description, its metadata, and its content as a
/// ``MediaSource``.
public final class TrackFile: MediaSource {
  /// The name of the source, as the metadata has it; otherwise the track's own file name.
  public let name: String
  /// What the verified header says.
  public let description: TrackDescription
  /// What the track says of its work.
  public let metadata: TrackMetadata
  /// Who bought the copy, where the track says so.
  public let purchaser: String?
  /// What the buyer may do, where the track says so: the 128 bytes, whose issuer only the device that
  /// they are for can verify (``RightsFile``).
  public let rights: [UInt8]?
  /// Bytes of content.
  public var length: UInt64? { track.contentLength }
  /// The track's own file, for sentences.
  var path: String { storage.path }
  /// Bytes of a chunk, where the track has chunk tags: then every chunk is verified as it is read.
  public var chunkSize: Int? { chunks?.size }
  private let chunks: ChunkReader?
  private var chunk: (offset: UInt64, bytes: [UInt8])?
  private var storage: FileStorage
  private let provider: SoftwareProvider
  private let track: OpenedTrack
  private var cipher: ContentCipher
  private var scratch = [UInt8](repeating: 0, count: 16_384)

  /// Opens and verifies a track.
  ///
  /// - Parameters:
  ///   - path: A regular file, or a pipe ("-" is standard input), which is first copied, as it is, to
  ///     an unlinked temporary file.
  ///   - keys: The wrapping keys to try.
  ///   - isCancelled: As for ``FileSource/init(path:isCancelled:)``.
  /// - Throws: ``PinstripeError`` with the code ``PinstripeError/Code/badTrack``,
  ///   ``PinstripeError/Code/wrongKey`` or ``PinstripeError/Code/noInput``.
  public convenience init(
    path: String, keys: [WrappingKey], isCancelled: () -> Bool = { false }
  ) throws(PinstripeError) {
    try self.init(FileStorage(path: path, isCancelled: isCancelled), keys: keys)
  }

  init(_ storage: FileStorage, keys: [WrappingKey]) throws(PinstripeError) {
    let shown = storage.path
    var storage = storage
    do {
      let provider = try SoftwareProvider()
      self.provider = provider
      // A key store may hold more keys than a provider has places; only those with a slot matter.
      let named = Set(try Self.describe(nil, &storage).slots.map(\.keyID))
      let candidates = keys.filter { named.contains("\($0.id)") }
      let recipients = try candidates.prefix(8).enumerated().map { index, key in
        try key.load(
          into: provider, at: KeyPlace(number: KeyPlace.firstWrap.number + UInt32(index)))
      }
      var work = [UInt8](repeating: 0, count: TrackLayout.headerAreaSize)
      var area = work.mutableSpan
      // Rights bind players: whoever opens a track here holds the playback key it was made with.
      track = try TrackOpener(provider: provider.crypto, allowsClear: true, obeysRights: true)
        .open(&storage, recipients: recipients.span, work: &area)
      cipher = track.cipher
      description = try Self.describe(track, &storage)
      let sections = SectionReader(track, work: work, provider: provider)
      metadata = try sections.metadata(from: &storage)
      purchaser = try sections.purchaser(from: &storage)
      rights = try sections.rights(from: &storage)
      chunks = try ChunkReader(track, sections, provider, from: &storage)
      name = metadata.sourceName ?? String(shown.split(separator: "/").last ?? "")
      self.storage = storage
    } catch let error as TrackError {
      throw storage.failure ?? PinstripeError(error, track: shown)
    } catch let error as KeyError {
      throw PinstripeError(error)
    } catch {
      throw error as? PinstripeError ?? PinstripeError(.system, "\(error)", underlying: error)
    }
  }

  /// Reads and decrypts content.
  public func read(
    at offset: UInt64, into buffer: UnsafeMutableRawBufferPointer
  ) throws(PinstripeError) -> Int {
    guard offset < track.contentLength, !buffer.isEmpty else { return 0 }
    let count = Int(clamping: min(track.contentLength - offset, UInt64(buffer.count)))
    if let chunks { return try read(chunks, at: offset, count, into: buffer) }
    return try decrypt(at: offset, count, into: buffer) { _ in }
  }

  /// Reads whole chunks, or a part of one from a copy of it.
  private func read(
    _ chunks: ChunkReader, at offset: UInt64, _ count: Int,
    into buffer: UnsafeMutableRawBufferPointer
  ) throws(PinstripeError) -> Int {
    let within = Int(offset % UInt64(chunks.size))
    let end = offset + UInt64(count)
    let whole = end == track.contentLength ? count : count - count % chunks.size
    if within == 0, whole > 0 {
      return try decrypt(at: offset, whole, into: buffer) { bytes in
        try chunks.verify(bytes, at: offset, &self.storage)
      }
    }
    let start = offset - UInt64(within)
    if chunk?.offset != start {
      var bytes = [UInt8](repeating: 0, count: chunks.length(at: start))
      chunk = nil
      var span = bytes.mutableSpan
      _ = try span.withUnsafeMutableBytes { target throws(PinstripeError) in
        try read(chunks, at: start, target.count, into: target)
      }
      chunk = (start, bytes)
    }
    let part = chunk?.bytes[within...].prefix(count) ?? []
    buffer.copyBytes(from: part)
    return part.count
  }

  /// Reads, lets the encrypted bytes be judged, and decrypts them.
  private func decrypt(
    at offset: UInt64, _ count: Int, into buffer: UnsafeMutableRawBufferPointer,
    _ judge: (UnsafeRawBufferPointer) throws -> Void
  ) throws(PinstripeError) -> Int {
    do {
      var bytes = MutableSpan<UInt8>(
        _unsafeElements: UnsafeMutableRawBufferPointer(rebasing: buffer[..<count])
          .assumingMemoryBound(to: UInt8.self))
      try storage.read(at: UInt64(TrackLayout.headerAreaSize) + offset, into: &bytes)
      try judge(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
      var work = scratch.mutableSpan
      try cipher.apply(at: offset, to: &bytes, &storage, work: &work)
      return count
    } catch let error as TrackError {
      throw storage.failure ?? PinstripeError(error, track: storage.path)
    } catch {
      throw error as? PinstripeError ?? PinstripeError(.system, "\(error)", underlying: error)
    }
  }

  /// The key that the slots wrap.
  func contentKey() throws(KeyError) -> SecretBytes {
    try provider.copyKey(at: track.content)
  }

  /// What makes the track's tags.
  func seal(nonce: InlineArray<32, UInt8>) -> TrackSeal {
    TrackSeal(provider: provider.crypto, content: track.content, nonce: nonce)
  }

  /// Whether a source begins like a track.
  ///
  /// - Throws: ``PinstripeError`` with the code ``PinstripeError/Code/noInput``; sources without a
  ///   length are never tracks, because what was read of them would be lost.
  public static func isTrack(_ source: some MediaSource) throws(PinstripeError) -> Bool {
    guard source.length != nil else { return false }
    var source = source
    var start: UInt64 = 0
    let bytes = try withUnsafeMutableBytes(of: &start) { buffer throws(PinstripeError) in
      try source.fill(buffer, at: 0)
    }
    return bytes == 8 && UInt64(littleEndian: start) == MainHeader.magic
  }

  /// Describes a track without a key; nothing of it is verified.
  ///
  /// - Throws: ``PinstripeError`` with the code ``PinstripeError/Code/badTrack`` or
  ///   ``PinstripeError/Code/noInput``.
  public static func describe(path: String) throws(PinstripeError) -> TrackDescription {
    try describe(FileStorage(path: path))
  }

  /// Opens a track where one of the keys does, and otherwise describes it, unverified.
  ///
  /// - Parameters: As for ``init(path:keys:isCancelled:)``.
  /// - Returns: No track when it is another player's.
  /// - Throws: ``PinstripeError`` with the code ``PinstripeError/Code/badTrack`` or
  ///   ``PinstripeError/Code/noInput``.
  public static func examine(
    path: String, keys: [WrappingKey], isCancelled: () -> Bool = { false }
  ) throws(PinstripeError) -> (track: TrackFile?, description: TrackDescription) {
    // What comes through a pipe comes once, so both look at the same copy.
    let storage = try FileStorage(path: path, isCancelled: isCancelled)
    do throws(PinstripeError) {
      let track = try TrackFile(storage, keys: keys)
      return (track, track.description)
    } catch {
      guard error.code == .wrongKey else { throw error }
      return (nil, try describe(storage))
    }
  }

  private static func describe(_ storage: FileStorage) throws(PinstripeError) -> TrackDescription {
    var storage = storage
    do throws(TrackError) {
      return try describe(nil, &storage)
    } catch {
      throw storage.failure ?? PinstripeError(error, track: storage.path)
    }
  }

  private static func describe(
    _ track: OpenedTrack?, _ storage: inout FileStorage
  ) throws(TrackError) -> TrackDescription {
    guard storage.size >= UInt64(TrackLayout.headerAreaSize) else {
      throw try shortFile(&storage)
    }
    let area = try storage.bytes(at: 0, count: TrackLayout.headerAreaSize)
    let header = try MainHeader(decoding: area.span)
    var slots: [KeySlot] = []
    for index in 0..<header.slotCount {
      slots.append(try KeySlot(decoding: area.span, index: index))
    }
    let length = track?.contentLength ?? (header.hasTrailer ? nil : header.contentLength)
    return TrackDescription(
      track?.header ?? header, slots: slots, contentLength: length, cipher: track?.cipher)
  }

  /// Tells the beginning of a track from a short file of another format.
  private static func shortFile(_ storage: inout FileStorage) throws(TrackError) -> TrackError {
    let start = try storage.bytes(at: 0, count: Int(min(storage.size, 8)))
    let magic = withUnsafeBytes(of: MainHeader.magic.littleEndian) { Array($0) }
    return magic.starts(with: start) ? .truncated : .notATrack
  }
}
