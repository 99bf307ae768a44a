public import CPinstripe

// The section functions of pinstripe_decoder.h; their contract stands there.

/// Verifies a section, and lets it be read.
@c @implementation
public func pinstripe_section_begin(
  _ decoder: UnsafeMutablePointer<pinstripe_decoder>?, _ type: UInt32,
  _ buffer: UnsafeMutablePointer<UInt8>?, _ size: Int,
  _ section: UnsafeMutablePointer<pinstripe_section>?
) -> Int32 {
  guard let state = unsafe DecoderState.open(in: decoder), let buffer = unsafe buffer, size >= 64,
    let section = unsafe section, unsafe state.pointee.holdsDirectory,
    type == PINSTRIPE_SECTION_METADATA || type == PINSTRIPE_SECTION_PURCHASER
  else { return PINSTRIPE_E_ARGUMENT }
  guard unsafe isOfThisABI(section, MemoryLayout<pinstripe_section>.size)
  else { return PINSTRIPE_E_ABI }
  var found = pinstripe_section()
  found.type = type
  let result = status { () throws(TrackError) in
    try unsafe state.pointee.beginSection(type, buffer, size, &found)
    if type == PINSTRIPE_SECTION_METADATA { try unsafe state.pointee.judgeFields(&found) }
    unsafe section.pointee.offset = found.offset
    unsafe section.pointee.length = found.length
    unsafe section.pointee.type = type
  }
  if result != PINSTRIPE_OK { unsafe state.pointee.sectionType = 0 }
  return result
}

/// Decrypts a piece of a section.
@c @implementation
public func pinstripe_section_read(
  _ decoder: UnsafeMutablePointer<pinstripe_decoder>?,
  _ section: UnsafePointer<pinstripe_section>?, _ offset: UInt32,
  _ out: UnsafeMutablePointer<UInt8>?, _ length: Int
) -> Int32 {
  guard let state = unsafe DecoderState.open(in: decoder), let section = unsafe section,
    let out = unsafe out, length >= 0
  else { return PINSTRIPE_E_ARGUMENT }
  return status { () throws(TrackError) in
    try unsafe state.pointee.check(section)
    try unsafe state.pointee.readSection(section, offset, to: out, length)
  }
}

/// Moves on to the next metadata field.
@c @implementation
public func pinstripe_metadata_next(
  _ decoder: UnsafeMutablePointer<pinstripe_decoder>?,
  _ section: UnsafePointer<pinstripe_section>?, _ field: UnsafeMutablePointer<pinstripe_field>?
) -> Int32 {
  guard let state = unsafe DecoderState.open(in: decoder), let section = unsafe section,
    let field = unsafe field, unsafe section.pointee.type == PINSTRIPE_SECTION_METADATA
  else { return PINSTRIPE_E_ARGUMENT }
  guard unsafe isOfThisABI(field, MemoryLayout<pinstripe_field>.size)
  else { return PINSTRIPE_E_ABI }
  return status { () throws(TrackError) in
    try unsafe state.pointee.check(section)
    try unsafe state.pointee.nextField(section, field)
  }
}

extension DecoderState {
  /// Refuses a section whose key is not at hand.
  @inline(never) @unsafe
  fileprivate func check(_ section: UnsafePointer<pinstripe_section>) throws(TrackError) {
    guard unsafe isOfThisABI(section, MemoryLayout<pinstripe_section>.size) else { throw .abi }
    guard sectionType != 0, unsafe section.pointee.type == UInt32(sectionType)
    else { throw .argument }
  }
}
