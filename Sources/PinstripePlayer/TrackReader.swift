public import CPinstripe

/// A track's content, decrypted portion by portion as it is read.
///
/// One portion of the file is in memory at a time, at most ``portionSize`` bytes: that far may what is
/// decrypted be ahead of the codec, and never the whole file (US 2001/0016836 ¶48). Portions start at
/// multiples of their size, so the small steps back that codecs make cost no second read. Memory is
/// allocated once, when the track is opened: 20 KiB, and for a track with chunk tags one chunk as it
/// lies in the file, encrypted (64 KiB as `pinstripe pack` makes them, 1 MiB at most): each is verified
/// before a byte of it is decrypted.
public struct TrackReader<Storage: StorageReader & ~Copyable>: ContentSource, ~Copyable {
  /// Bytes of a portion.
  public static var portionSize: Int { TrackMemory<Storage>.windowSize }

  /// What the track is.
  public let info: pinstripe_info
  /// Where the next ``read(into:)`` starts.
  public private(set) var position: UInt64 = 0

  private let memory: TrackMemory<Storage>
  private var portionStart: UInt64 = 0
  private var portionCount = 0
  private let chunks: ChunkTags?
  /// The chunk that was verified and is in memory.
  private var loadedChunk: UInt64?

  /// Opens the track in `storage` for whoever holds one of the keys of `recipients`.
  ///
  /// - Parameters:
  ///   - storage: The track's file.
  ///   - provider: The crypto provider; must outlive the reader.
  ///   - recipients: The wrapping keys the device holds.
  ///   - flags: `PINSTRIPE_OPEN_...`.
  /// - Throws: ``PlayerError/track(_:)``, or what the storage threw.
  public init(
    _ storage: consuming Storage, provider: UnsafePointer<pinstripe_provider>,
    recipients: Span<pinstripe_recipient>, flags: UInt32 = 0
  ) throws(PlayerError) {
    let memory = TrackMemory(storage)
    let status = unsafe recipients.withUnsafeBufferPointer { keys in
      unsafe pinstripe_open(
        memory.decoder, provider, memory.table, keys.baseAddress,
        UInt32(truncatingIfNeeded: keys.count), flags, memory.work, TrackMemory<Storage>.workSize)
    }
    if let failure = memory.takeFailure() { throw failure }
    guard status == PINSTRIPE_OK else { throw .track(status) }

    var info = pinstripe_info()
    info.struct_size = UInt32(truncatingIfNeeded: MemoryLayout<pinstripe_info>.size)
    info.abi_version = PINSTRIPE_ABI_VERSION
    let described = unsafe pinstripe_get_info(memory.decoder, &info)
    guard described == PINSTRIPE_OK else { throw .track(described) }
    let chunks = try unsafe Self.findChunks(memory, provider, info)
    memory.makeRoom(forChunk: chunks?.length(of: 0) ?? 0)
    self.info = info
    self.memory = memory
    self.chunks = chunks
  }

  private static func findChunks(
    _ memory: TrackMemory<Storage>, _ provider: UnsafePointer<pinstripe_provider>,
    _ info: pinstripe_info
  ) throws(PlayerError) -> ChunkTags? {
    do throws(PlayerError) {
      return try unsafe ChunkTags(provider, memory.table, work: memory.work, info)
    } catch {
      throw memory.takeFailure() ?? error
    }
  }

  /// Whether changed content is noticed before it is decrypted, because the track has chunk tags.
  public var isVerified: Bool { chunks != nil }

  /// What the track's rights allow (`pinstripe_rights_read`), for a player that gave
  /// `PINSTRIPE_OPEN_OBEYS_RIGHTS`: asks before the first ``read(into:)``, and obeys.
  ///
  /// - Parameters:
  ///   - keybox: What `pinstripe_keybox_read` filled.
  ///   - allowsTest: Whether rights for TEST devices are good.
  /// - Throws: ``PlayerError/track(_:)``, or what the storage threw; then the track is not to be played.
  public mutating func readRights(
    _ keybox: pinstripe_keybox, allowsTest: Bool
  ) throws(PlayerError) -> pinstripe_rights {
    var keybox = keybox
    var rights = pinstripe_rights()
    rights.struct_size = UInt32(truncatingIfNeeded: MemoryLayout<pinstripe_rights>.size)
    rights.abi_version = PINSTRIPE_ABI_VERSION
    let status = unsafe pinstripe_rights_read(
      memory.decoder, &keybox, allowsTest ? 1 : 0, &rights)
    if let failure = memory.takeFailure() { throw failure }
    guard status == PINSTRIPE_OK else { throw .track(status) }
    return rights
  }

  /// Bytes of the content.
  public var length: UInt64 { info.content_length }

  /// Moves the position, forwards or backwards.
  public mutating func seek(to offset: UInt64) throws(PlayerError) {
    guard offset <= length else { throw .track(PINSTRIPE_E_RANGE) }
    position = offset
  }

  /// Reads what the portion around the position has, after loading it where it is not the one loaded.
  public mutating func read(into out: inout MutableSpan<UInt8>) throws(PlayerError) -> Int {
    guard !out.isEmpty, position < length else { return 0 }
    // The subtraction wraps for a position before the portion, and then exceeds its count as well.
    if position &- portionStart >= UInt64(portionCount) { try loadPortion() }
    let start = Int(truncatingIfNeeded: position &- portionStart)
    let count = min(out.count, portionCount &- start)
    let portion = unsafe memory.window.extracting(start..<start &+ count)
    unsafe out.withUnsafeMutableBytes { bytes in
      unsafe bytes.copyMemory(from: UnsafeRawBufferPointer(portion))
    }
    position &+= UInt64(count)
    return count
  }

  private mutating func loadPortion() throws(PlayerError) {
    // Both sizes are powers of two, so a portion lies within one chunk.
    let size = UInt64(min(Self.portionSize, chunks?.size ?? Self.portionSize))
    let start = position & ~(size &- 1)
    let count = Int(truncatingIfNeeded: min(size, length &- start))
    portionCount = 0
    let bytes = unsafe memory.window.baseAddress
    let source: UnsafeMutablePointer<UInt8>?
    if let chunks {
      try load(chunk: start / UInt64(chunks.size), of: chunks)
      let offset = Int(truncatingIfNeeded: start % UInt64(chunks.size))
      unsafe source = memory.chunk?.advanced(by: offset)
    } else {
      var window = unsafe memory.window.extracting(0..<count).mutableSpan
      try unsafe memory.storage.pointee.fill(&window, at: info.payload_offset &+ start)
      unsafe source = bytes
    }
    let status = unsafe pinstripe_xor_at(memory.decoder, start, source, bytes, count)
    if let failure = memory.takeFailure() { throw failure }
    guard status == PINSTRIPE_OK else { throw .track(status) }
    portionStart = start
    portionCount = count
  }

  /// Reads a chunk as it lies in the file, and verifies it in that copy.
  private mutating func load(chunk index: UInt64, of chunks: ChunkTags) throws(PlayerError) {
    guard loadedChunk != index, let room = unsafe memory.chunk else { return }
    loadedChunk = nil
    let start = index &* UInt64(chunks.size)
    let bytes = unsafe UnsafeMutableBufferPointer(start: room, count: chunks.length(of: index))
    var out = unsafe bytes.mutableSpan
    try unsafe memory.storage.pointee.fill(&out, at: info.payload_offset &+ start)
    let status = unsafe chunks.verify(index, UnsafeBufferPointer(bytes), memory.table)
    if let failure = memory.takeFailure() { throw failure }
    guard status != PINSTRIPE_E_TAG else { throw .changed(at: start) }
    guard status == PINSTRIPE_OK else { throw .track(status) }
    loadedChunk = index
  }
}
