import CPinstripe
import PinstripePlayer

/// Prints what a track is, for `--info`: a name, a colon and a value on each line.
func describe(
  _ info: pinstripe_info, _ rights: pinstripe_rights, isVerified: Bool, plays: UInt32?
) throws(PlayerError) {
  var text = Text()
  text.add("track-id: ")
  for index in 0..<16 { text.add(hex: withUnsafeBytes(of: info.track_id) { $0[index] }) }
  text.add("\ncodec: ")
  for index in 0..<4 {
    let byte = withUnsafeBytes(of: info.codec) { $0[index] }
    // Codecs are padded with spaces, and a header's bytes are not for the terminal to interpret.
    if byte > 0x20, byte < 0x7F { text.add(byte: byte) }
  }
  text.add("\ncontent-length: ")
  text.add(info.content_length)
  text.add("\nsuite: ")
  text.add(info.suite == PINSTRIPE_SUITE_CHACHA20 ? "chacha20" : "aes-128-ctr")
  text.add("\npattern: ")
  if info.pattern_kind == PINSTRIPE_PATTERN_CLEAR {
    text.add("clear")
  } else if info.pattern_kind == PINSTRIPE_PATTERN_FRAMED {
    text.add("framed ")
    text.add(UInt64(info.head))
    text.add("/")
    text.add(UInt64(info.stride))
  } else {
    text.add("every ")
    text.add(UInt64(info.stride))
    text.add("\nphase: ")
    text.add(UInt64(info.phase))
  }
  text.add("\nslot: ")
  text.add(UInt64(info.slot))
  text.add("\nchunk-tags: ")
  text.add(isVerified ? "yes" : "no")
  if rights.present != 0 {
    text.add("\nrights-issued: ")
    text.add(rights.flags & PINSTRIPE_RIGHTS_ISSUED != 0 ? "yes" : "no")
    text.add("\nrights-plays: ")
    text.add(UInt64(rights.plays))
    if let plays {
      text.add("\nrights-played: ")
      text.add(UInt64(plays))
    }
    // With a counter in hardware this says so instead.
    text.add("\nrights-counter: none, an older state that is put back is not noticed")
    text.add("\nrights-not-before: ")
    text.add(rights.not_before)
    text.add("\nrights-not-after: ")
    text.add(rights.not_after)
  }
  text.add("\n")
  try StandardOutput.write(text.bytes.span)
}
