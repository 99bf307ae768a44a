import CPinstripe

/// What an open track needs at addresses that stay.
///
/// The decoder keeps pointers to its storage table and its work buffer. All is freed, after a wipe,
/// when the reader ends.
///
/// A class, because Embedded Swift cannot run the deinit of another module's generic noncopyable struct.
@safe
final class TrackMemory<Storage: StorageReader & ~Copyable> {
  static var windowSize: Int { 16384 }
  static var workSize: Int { Int(PINSTRIPE_WORK_SIZE_OPENING) }

  let decoder: UnsafeMutablePointer<pinstripe_decoder>
  let storage: UnsafeMutablePointer<Storage>
  let table: UnsafeMutablePointer<pinstripe_storage>
  let work: UnsafeMutablePointer<UInt8>
  let window: UnsafeMutableBufferPointer<UInt8>
  /// One chunk as it lies in the file, for a track with chunk tags.
  private(set) var chunk: UnsafeMutablePointer<UInt8>?
  private let bridge: UnsafeMutablePointer<StorageBridge>

  init(_ reader: consuming Storage) {
    let size = reader.size
    let storage = UnsafeMutablePointer<Storage>.allocate(capacity: 1)
    unsafe storage.initialize(to: reader)
    unsafe self.storage = unsafe storage

    unsafe bridge = .allocate(capacity: 1)
    unsafe bridge.initialize(
      to: StorageBridge { (offset, out) throws(PlayerError) in
        var span = unsafe out.mutableSpan
        try unsafe storage.pointee.fill(&span, at: offset)
      })

    unsafe table = .allocate(capacity: 1)
    unsafe table.initialize(
      to: pinstripe_storage(
        struct_size: UInt32(truncatingIfNeeded: MemoryLayout<pinstripe_storage>.size),
        abi_version: PINSTRIPE_ABI_VERSION, state: bridge, size: size, read: readThroughBridge))

    unsafe decoder = .allocate(capacity: 1)
    unsafe decoder.initialize(to: pinstripe_decoder())
    unsafe work = .allocate(capacity: Self.workSize)
    unsafe work.initialize(repeating: 0, count: Self.workSize)
    unsafe window = .allocate(capacity: Self.windowSize)
    unsafe window.initialize(repeating: 0)
  }

  /// Makes room for the largest chunk that the track has.
  func makeRoom(forChunk size: Int) {
    guard size > 0, unsafe chunk == nil else { return }
    unsafe chunk = .allocate(capacity: size)
    unsafe chunk?.initialize(repeating: 0, count: size)
  }

  /// What the storage threw since the last call, which the decoder's status cannot say.
  func takeFailure() -> PlayerError? {
    let failure = unsafe bridge.pointee.failure
    unsafe bridge.pointee.failure = nil
    return failure
  }

  deinit {
    unsafe pinstripe_wipe(decoder)
    // Decrypted content is nobody else's business either.
    unsafe wipe(window)
    unsafe window.deallocate()
    unsafe chunk?.deallocate()
    unsafe work.deallocate()
    unsafe decoder.deallocate()
    unsafe table.deallocate()
    unsafe bridge.deinitialize(count: 1)
    unsafe bridge.deallocate()
    unsafe storage.deinitialize(count: 1)
    unsafe storage.deallocate()
  }
}

/// Overwrites memory that is freed next.
///
/// Not optimised: a compiler drops what is written and never read again.
@_optimize(none)
private func wipe(_ bytes: UnsafeMutableBufferPointer<UInt8>) {
  unsafe bytes.update(repeating: 0)
}

/// A storage of any type behind the decoder's one C callback, which cannot be generic.
@safe
struct StorageBridge {
  let fill: (UInt64, UnsafeMutableBufferPointer<UInt8>) throws(PlayerError) -> Void
  var failure: PlayerError?

  init(
    _ fill: @escaping (UInt64, UnsafeMutableBufferPointer<UInt8>) throws(PlayerError) -> Void
  ) {
    unsafe self.fill = unsafe fill
  }
}

private func readThroughBridge(
  state: UnsafeMutableRawPointer?, offset: UInt64, out: UnsafeMutablePointer<UInt8>, length: UInt32
) -> Int32 {
  guard let state = unsafe state else { return PINSTRIPE_E_STORAGE }
  let bridge = unsafe state.assumingMemoryBound(to: StorageBridge.self)
  do throws(PlayerError) {
    try unsafe bridge.pointee.fill(
      offset, UnsafeMutableBufferPointer(start: out, count: Int(length)))
    return PINSTRIPE_OK
  } catch {
    unsafe bridge.pointee.failure = error
    return PINSTRIPE_E_STORAGE
  }
}
