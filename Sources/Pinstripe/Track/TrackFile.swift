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

  private init(_ storage: FileStorage, keys: [WrappingKey]) throws(PinstripeError) {
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
    guard offset < track.contentLength else { return 0 }
    let count = Int(clamping: min(track.contentLength - offset, UInt64(buffer.count)))
    do throws(TrackError) {
      var bytes = MutableSpan<UInt8>(
        _unsafeElements: UnsafeMutableRawBufferPointer(rebasing: buffer[..<count])
          .assumingMemoryBound(to: UInt8.self))
      try storage.read(at: UInt64(TrackLayout.headerAreaSize) + offset, into: &bytes)
      var work = scratch.mutableSpan
      try cipher.apply(at: offset, to: &bytes, &storage, work: &work)
      return count
    } catch {
      throw storage.failure ?? PinstripeError(error, track: storage.path)
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
