import CPinstripe

// A metadata field, little-endian; a section of metadata is a sequence of them.
//
//   offset  size  field
//        0     2  number
//        2     2  zero
//        4     4  length n of the value
//        8     n  value

extension DecoderState {
  /// Moves on to the next field whose number is known; its number is 0 behind the last.
  ///
  /// - Throws: ``TrackError/malformed`` for a zero that is none, or a field that ends behind the
  ///   section; ``TrackError/storage``, ``TrackError/provider``.
  @inline(never) @unsafe
  mutating func nextField(
    _ section: UnsafePointer<pinstripe_section>, _ field: UnsafeMutablePointer<pinstripe_field>
  ) throws(TrackError) {
    let end = unsafe section.pointee.length
    // Values are what the last call wrote, or zeros: no more than the section's length together.
    var place = unsafe field.pointee.offset &+ field.pointee.length
    var number: UInt32 = 0
    var length: UInt32 = 0
    while number == 0, place != end {
      guard place < end, end &- place >= 8 else { throw .malformed }
      var head: UInt64 = 0
      try unsafe withUnsafeMutableBytes(of: &head) { head throws(TrackError) in
        guard let target = unsafe head.assumingMemoryBound(to: UInt8.self).baseAddress
        else { throw .argument }
        try unsafe readSection(section, place, to: target, 8)
      }
      head = UInt64(littleEndian: head)
      length = UInt32(truncatingIfNeeded: head >> 32)
      place &+= 8
      // Number, and the zero behind it.
      number = UInt32(truncatingIfNeeded: head)
      guard number <= UInt32(UInt16.max), length <= end &- place else { throw .malformed }
      if !Self.is(number, among: Self.known) {
        number = 0
        place &+= length
        length = 0
      }
    }
    unsafe field.pointee.number = number
    unsafe field.pointee.offset = place
    unsafe field.pointee.length = length
    unsafe field.pointee.reserved = 0
  }

  /// Judges all fields.
  ///
  /// - Throws: As ``nextField(_:_:)``, and ``TrackError/malformed`` for a second field of a kind of
  ///   which there is one, or a digest of another size.
  @unsafe
  mutating func judgeFields(_ section: UnsafePointer<pinstripe_section>) throws(TrackError) {
    var field = pinstripe_field()
    var seen: UInt32 = 0
    repeat {
      try unsafe nextField(section, &field)
      guard !Self.is(field.number, among: seen & Self.single),
        field.number != PINSTRIPE_FIELD_SHA256 || field.length == 32
      else { throw .malformed }
      seen |= 1 &<< field.number
    } while field.number != 0
  }

  /// Fields 1 to 7, 16 and 17, as bits.
  private static var known: UInt32 { 0x3_00FE }
  /// Those of them that occur once: all but pictures, links and free fields.
  private static var single: UInt32 { 0x3_001E }

  private static func `is`(_ number: UInt32, among bits: UInt32) -> Bool {
    number < 32 && bits &>> number & 1 != 0
  }
}
