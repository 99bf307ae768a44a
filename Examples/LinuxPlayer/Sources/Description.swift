import CPinstripe
import PinstripePlayer

/// Prints what a track is, for `--info`: a name, a colon and a value on each line.
func describe(
  _ info: pinstripe_info, _ rights: pinstripe_rights
) throws(PlayerError) {
  var text = Lines()
  text.add("track-id: ")
  for index in 0..<16 { text.add(hex: withUnsafeBytes(of: info.track_id) { $0[index] }) }
  text.add("\ncodec: ")
  for index in 0..<4 {
    let byte = withUnsafeBytes(of: info.codec) { $0[index] }
    // Codecs are padded with spaces, and a header's bytes are not for the terminal to interpret.
    if byte > 0x20, byte < 0x7F { text.add(byte) }
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
  if rights.present != 0 {
    text.add("\nrights-issued: ")
    text.add(rights.flags & PINSTRIPE_RIGHTS_ISSUED != 0 ? "yes" : "no")
    text.add("\nrights-plays: ")
    text.add(UInt64(rights.plays))
    text.add("\nrights-not-before: ")
    text.add(rights.not_before)
    text.add("\nrights-not-after: ")
    text.add(rights.not_after)
  }
  text.add("\n")
  try StandardOutput.write(text.bytes.span.extracting(first: text.count))
}

/// Lines of text in fixed memory; what does not fit is left out.
private struct Lines {
  private(set) var bytes = InlineArray<512, UInt8>(repeating: 0)
  private(set) var count = 0

  mutating func add(_ byte: UInt8) {
    guard count < 512 else { return }
    bytes[count] = byte
    count += 1
  }

  mutating func add(_ text: StaticString) {
    for index in 0..<text.utf8CodeUnitCount { add(text.utf8Start[index]) }
  }

  mutating func add(hex byte: UInt8) {
    for shift in 0..<2 as Range<UInt8> {
      let digit = byte >> (4 - 4 * shift) & 15
      add(digit < 10 ? 0x30 + digit : 0x57 + digit)
    }
  }

  mutating func add(_ number: UInt64) {
    if number >= 10 { add(number / 10) }
    add(UInt8(truncatingIfNeeded: 0x30 + number % 10))
  }
}
