public import CPinstripe

/// A track's content, decrypted portion by portion as it is read.
///
/// One portion of the file is in memory at a time, at most ``portionSize`` bytes: that far may what is
/// decrypted be ahead of the codec, and never the whole file (US 2001/0016836 ¶48). Portions start at
/// multiples of their size, so the small steps back that codecs make cost no second read. Memory is
/// allocated once, when the track is opened: 20 KiB.
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
    self.info = info
    self.memory = memory
  }

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
    let size = UInt64(Self.portionSize)
    let start = position & ~(size &- 1)
    let count = Int(truncatingIfNeeded: min(size, length &- start))
    portionCount = 0
    var window = unsafe memory.window.extracting(0..<count).mutableSpan
    try unsafe memory.storage.pointee.fill(&window, at: info.payload_offset &+ start)
    let bytes = unsafe memory.window.baseAddress
    let status = unsafe pinstripe_xor_at(memory.decoder, start, bytes, bytes, count)
    if let failure = memory.takeFailure() { throw failure }
    guard status == PINSTRIPE_OK else { throw .track(status) }
    portionStart = start
    portionCount = count
  }
}
