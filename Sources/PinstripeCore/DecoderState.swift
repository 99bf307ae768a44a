import CPinstripe

/// What lies in the 256 opaque bytes of a `pinstripe_decoder` while a track is open.
///
/// Trivial: it may be overwritten with zeros at any time, which is what wiping is.
@safe
struct DecoderState {
  /// Tells an open context from memory that never was one.
  var mark: UInt32
  /// Whether the work buffer still holds what opening has left there.
  var holdsDirectory: Bool
  /// The section whose key is at ``KeyPlace/section``; 0 for none.
  var sectionType: UInt8
  /// Whether the position moves on with what is decrypted.
  var isMoving: Bool
  var work: UnsafeMutablePointer<UInt8>
  var workSize: Int
  var storage: FirmwareStorage
  var position: UInt64
  /// Where to decrypt.
  var here: UInt64
  /// Two halves, because an array of 16 bytes would travel byte by byte.
  var trackID: (UInt64, UInt64)
  var track: VerifiedTrack

  static var openMark: UInt32 { 0x4453_5450 }

  /// Whether this struct fits into the caller's 256 bytes: always, or no track opens in any test.
  static var fits: Bool { MemoryLayout<DecoderState>.size <= Int(PINSTRIPE_DECODER_SIZE) }

  /// The state in a context that holds an open track; nil for every other one.
  static func open(
    in decoder: UnsafePointer<pinstripe_decoder>?
  ) -> UnsafePointer<DecoderState>? {
    guard let decoder = unsafe decoder else { return nil }
    // pinstripe_decoder is 256 bytes aligned to 8, both no less than this struct's; the tests hold
    // them against each other.
    let state = unsafe UnsafeRawPointer(decoder).assumingMemoryBound(to: DecoderState.self)
    return unsafe state.pointee.mark == openMark ? state : nil
  }

  static func open(
    in decoder: UnsafeMutablePointer<pinstripe_decoder>?
  ) -> UnsafeMutablePointer<DecoderState>? {
    let state = unsafe open(in: UnsafePointer(decoder))
    return unsafe UnsafeMutablePointer(mutating: state)
  }

  /// The work buffer, to be written to.
  mutating func takeBuffer() -> UnsafeMutableBufferPointer<UInt8> {
    holdsDirectory = false
    return unsafe UnsafeMutableBufferPointer(start: work, count: workSize)
  }

  /// Decrypts from one buffer to another, or in place, at ``here``.
  @inline(__always)
  mutating func xor(
    from source: UnsafePointer<UInt8>, to target: UnsafeMutablePointer<UInt8>, _ length: Int
  ) throws(TrackError) {
    guard length >= 0, !track.rights.areUnread else { throw .argument }
    try track.cipher.check(here, UInt64(bytes: length))
    // How far apart in either direction, modulo the address space.
    let apart = UInt(bitPattern: source) &- UInt(bitPattern: target)
    let size = UInt(bitPattern: length)
    guard apart == 0 || (apart >= size && 0 &- apart >= size) else { throw .argument }
    try unsafe track.cipher.applyInside(
      at: here, from: source, to: target, length, &storage, work: takeBuffer())
    if isMoving { position = here &+ UInt64(bytes: length) }
  }

  /// Reads the rights of a track that has some.
  @inline(__always) @unsafe
  mutating func readRights(_ section: UnsafeMutablePointer<UInt8>) throws(TrackError) {
    try unsafe track.readRights(&storage, into: section)
  }
}
