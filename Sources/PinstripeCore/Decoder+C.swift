public import CPinstripe

// The functions of pinstripe_decoder.h; their contract stands there. Each checks its pointers and
// passes on; a signature that differs from the header does not compile.

/// Runs a body and turns what it throws into a status.
func status(_ body: () throws(TrackError) -> Void) -> Int32 {
  do throws(TrackError) {
    try body()
    return PINSTRIPE_OK
  } catch {
    return error.status
  }
}

/// The ABI version of this object.
@c @implementation
public func pinstripe_abi_version() -> UInt32 {
  PINSTRIPE_ABI_VERSION
}

/// Opens a track.
@c @implementation
public func pinstripe_open(
  _ decoder: UnsafeMutablePointer<pinstripe_decoder>?,
  _ provider: UnsafePointer<pinstripe_provider>?,
  _ storage: UnsafePointer<pinstripe_storage>?,
  _ recipients: UnsafePointer<pinstripe_recipient>?, _ recipient_count: UInt32,
  _ flags: UInt32, _ work: UnsafeMutablePointer<UInt8>?, _ work_size: Int
) -> Int32 {
  guard let decoder = unsafe decoder, DecoderState.fits else { return PINSTRIPE_E_ARGUMENT }
  unsafe wipe(decoder)
  guard let provider = unsafe provider,
    let storage = unsafe storage, let work = unsafe work, work_size >= 0,
    flags & ~(PINSTRIPE_OPEN_ALLOW_CLEAR | PINSTRIPE_OPEN_OBEYS_RIGHTS) == 0,
    unsafe recipients != nil || recipient_count == 0,
    // An address that no struct of this kind can have; a Span of them would trap.
    UInt(bitPattern: recipients) & UInt(MemoryLayout<pinstripe_recipient>.alignment - 1) == 0
  else { return PINSTRIPE_E_ARGUMENT }
  return status { () throws(TrackError) in
    let table = try unsafe CryptoProvider(provider)
    let source = try unsafe FirmwareStorage(storage)
    let opener = TrackOpener(
      provider: table, allowsClear: flags & PINSTRIPE_OPEN_ALLOW_CLEAR != 0,
      obeysRights: flags & PINSTRIPE_OPEN_OBEYS_RIGHTS != 0)
    guard work_size >= TrackLayout.headerAreaSize else { throw .workSize }
    let count = min(recipient_count, UInt32(TrackLayout.maximumSlots))
    let keys = unsafe UnsafeBufferPointer(
      start: recipients, count: Int(truncatingIfNeeded: count))
    let state = unsafe UnsafeMutableRawPointer(decoder).assumingMemoryBound(to: DecoderState.self)
    // Field by field into zeros, which are what the others start with: built on the stack first, the
    // state would take all of its 256 bytes there.
    unsafe state.pointee.holdsDirectory = true
    unsafe state.pointee.work = work
    unsafe state.pointee.workSize = work_size
    unsafe state.pointee.storage = source
    unsafe state.pointee.track.cipher.cipher = StripeCipher(
      pattern: .clear, suite: .chacha20, provider: table)
    do throws(TrackError) {
      try unsafe opener.verify(&state.pointee.storage, keys, work, &state.pointee.track)
    } catch {
      unsafe wipe(decoder)
      throw error
    }
    let id = unsafe UnsafePointer(work) + TrackLayout.trackIDOffset
    unsafe state.pointee.trackID = unsafe (id.littleEndian64(at: 0), id.littleEndian64(at: 8))
    unsafe state.pointee.mark = DecoderState.openMark
  }
}

/// Changes the work buffer.
@c @implementation
public func pinstripe_set_work(
  _ decoder: UnsafeMutablePointer<pinstripe_decoder>?, _ work: UnsafeMutablePointer<UInt8>?,
  _ work_size: Int
) -> Int32 {
  guard let state = unsafe DecoderState.open(in: decoder), let work = unsafe work
  else { return PINSTRIPE_E_ARGUMENT }
  guard unsafe work_size >= state.pointee.track.cipher.minimumWork else {
    return PINSTRIPE_E_WORK_SIZE
  }
  unsafe wipe(state.pointee.work, state.pointee.workSize)
  unsafe state.pointee.holdsDirectory = false
  unsafe state.pointee.work = work
  unsafe state.pointee.workSize = work_size
  unsafe state.pointee.track.cipher.forgetWork()
  return PINSTRIPE_OK
}

/// Describes the open track.
@c @implementation
public func pinstripe_get_info(
  _ decoder: UnsafePointer<pinstripe_decoder>?, _ info: UnsafeMutablePointer<pinstripe_info>?
) -> Int32 {
  guard let state = unsafe DecoderState.open(in: decoder), let info = unsafe info
  else { return PINSTRIPE_E_ARGUMENT }
  guard unsafe isOfThisABI(info, MemoryLayout<pinstripe_info>.size) else { return PINSTRIPE_E_ABI }
  let cipher = unsafe state.pointee.track.cipher
  unsafe info.pointee.content_length = cipher.contentLength
  unsafe info.pointee.encrypted_length = cipher.encryptedLength
  unsafe info.pointee.payload_offset = UInt64(TrackLayout.headerAreaSize)
  unsafe info.pointee.suite = UInt32(cipher.suite.number)
  unsafe info.pointee.pattern_kind = UInt32(cipher.pattern.kind)
  unsafe info.pointee.stride = UInt32(cipher.pattern.stride)
  unsafe info.pointee.phase = UInt32(cipher.pattern.phase)
  unsafe info.pointee.head = UInt32(cipher.pattern.head)
  unsafe info.pointee.reserved = 0
  unsafe info.pointee.slot = UInt32(state.pointee.track.slot)
  let codec = unsafe state.pointee.track.codec.littleEndian
  unsafe withUnsafeMutableBytes(of: &info.pointee.codec) { bytes in
    unsafe bytes.storeBytes(of: codec, as: UInt32.self)
  }
  let id = unsafe state.pointee.trackID
  unsafe withUnsafeMutableBytes(of: &info.pointee.track_id) { bytes in
    unsafe bytes.storeBytes(of: id.0.littleEndian, as: UInt64.self)
    unsafe bytes.storeBytes(of: id.1.littleEndian, toByteOffset: 8, as: UInt64.self)
  }
  return PINSTRIPE_OK
}

/// Decrypts at an offset.
@c @implementation
public func pinstripe_xor_at(
  _ decoder: UnsafeMutablePointer<pinstripe_decoder>?, _ offset: UInt64,
  _ src: UnsafePointer<UInt8>?, _ dst: UnsafeMutablePointer<UInt8>?, _ length: Int
) -> Int32 {
  guard let state = unsafe DecoderState.open(in: decoder) else { return PINSTRIPE_E_ARGUMENT }
  unsafe state.pointee.here = offset
  unsafe state.pointee.isMoving = false
  return unsafe decrypt(state, src, dst, length)
}

/// Decrypts at ``DecoderState/here``.
///
/// With the offset in the state, its arguments fit into ARM's four registers, and those who call it jump
/// to it: nothing of theirs is on the stack meanwhile.
@inline(never)
private func decrypt(
  _ state: UnsafeMutablePointer<DecoderState>, _ src: UnsafePointer<UInt8>?,
  _ dst: UnsafeMutablePointer<UInt8>?, _ length: Int
) -> Int32 {
  guard let src = unsafe src, let dst = unsafe dst else { return PINSTRIPE_E_ARGUMENT }
  return status { () throws(TrackError) in
    try unsafe state.pointee.xor(from: src, to: dst, length)
  }
}

/// Moves the position.
@c @implementation
public func pinstripe_seek(
  _ decoder: UnsafeMutablePointer<pinstripe_decoder>?, _ offset: UInt64
) -> Int32 {
  guard let state = unsafe DecoderState.open(in: decoder) else { return PINSTRIPE_E_ARGUMENT }
  return status { () throws(TrackError) in
    try unsafe state.pointee.track.cipher.check(offset, 0)
    unsafe state.pointee.position = offset
  }
}

/// Decrypts at the position and moves it on.
@c @implementation
public func pinstripe_update(
  _ decoder: UnsafeMutablePointer<pinstripe_decoder>?, _ src: UnsafePointer<UInt8>?,
  _ dst: UnsafeMutablePointer<UInt8>?, _ length: Int
) -> Int32 {
  guard let state = unsafe DecoderState.open(in: decoder) else { return PINSTRIPE_E_ARGUMENT }
  unsafe state.pointee.here = state.pointee.position
  unsafe state.pointee.isMoving = true
  return unsafe decrypt(state, src, dst, length)
}

/// Tells which keystream blocks a range needs.
@c @implementation
public func pinstripe_keystream_range(
  _ decoder: UnsafeMutablePointer<pinstripe_decoder>?, _ offset: UInt64, _ length: UInt64,
  _ first_block: UnsafeMutablePointer<UInt64>?, _ block_count: UnsafeMutablePointer<UInt64>?
) -> Int32 {
  guard let state = unsafe DecoderState.open(in: decoder), let first = unsafe first_block,
    let count = unsafe block_count
  else { return PINSTRIPE_E_ARGUMENT }
  return status { () throws(TrackError) in
    try unsafe state.pointee.track.cipher.check(offset, length)
    let work = unsafe state.pointee.takeBuffer()
    let range = try unsafe state.pointee.track.cipher.keystreamBlocks(
      from: offset, to: offset &+ length, &state.pointee.storage, work: work)
    unsafe first.pointee = range.first
    unsafe count.pointee = range.count
  }
}

/// Forgets everything.
@c @implementation
public func pinstripe_wipe(_ decoder: UnsafeMutablePointer<pinstripe_decoder>?) {
  guard let decoder = unsafe decoder else { return }
  if let state = unsafe DecoderState.open(in: decoder) {
    let provider = unsafe state.pointee.track.cipher.cipher.provider
    TrackOpener(provider: provider, allowsClear: true).forget()
    unsafe wipe(state.pointee.work, state.pointee.workSize)
  }
  unsafe wipe(decoder)
}

private func wipe(_ decoder: UnsafeMutablePointer<pinstripe_decoder>) {
  unsafe wipe(
    UnsafeMutableRawPointer(decoder).assumingMemoryBound(to: UInt8.self),
    MemoryLayout<pinstripe_decoder>.size)
}
