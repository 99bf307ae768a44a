public import PinstripeCore

extension CodecTag {
  /// Content of a kind that is not known.
  public static var data: CodecTag { CodecTag("data") }

  /// Tells a format by its first bytes, for the player's convenience; ``data`` when they say nothing.
  ///
  /// MPEG audio (ISO 11172-3 §2.4.2.3), ADTS (ISO 13818-7 §6.2), FLAC (RFC 9639 §6), Ogg (RFC 3533
  /// §6), ISO base media (ISO 14496-12 §4.3), RIFF/WAVE and AIFF.
  public init(sniffing start: UnsafeRawBufferPointer) {
    func has(_ text: StaticString, at offset: Int) -> Bool {
      let bytes = UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
      return start.count >= offset + bytes.count
        && start[offset..<offset + bytes.count].elementsEqual(bytes)
    }
    if has("fLaC", at: 0) {
      self = CodecTag("flac")
    } else if has("OggS", at: 0) {
      self = CodecTag("ogg")
    } else if has("ftyp", at: 4) {
      self = CodecTag("mp4")
    } else if has("RIFF", at: 0), has("WAVE", at: 8) {
      self = CodecTag("wav")
    } else if has("FORM", at: 0), has("AIF", at: 8) {
      self = CodecTag("aiff")
    } else if has("ID3", at: 0) {
      self = CodecTag("mp3")
    } else if start.count >= 2, start[0] == 0xFF, start[1] & 0xE0 == 0xE0 {
      // Both start with a sync word; layer 00 is reserved in MPEG audio and required in ADTS.
      self = start[1] & 0x06 == 0 ? CodecTag("aac") : CodecTag("mp3")
    } else {
      self = .data
    }
  }
}
