/// An HKDF info string: label ‖ 0x00 ‖ fixed-width little-endian fields (TrackFormat.md, "Keys").
///
/// The zero byte ends the label, so no label with its fields can equal another label's.
enum InfoString {
  /// `pinstripe_provider.derive` promises providers at most this many bytes.
  static var capacity: Int { 64 }

  /// Writes a label and as many bytes of fields as it has; no label makes more than 42.
  ///
  /// - Returns: How many bytes that are.
  @unsafe
  static func write(
    _ label: KeyLabel, _ fields: UnsafePointer<UInt8>?, to info: UnsafeMutablePointer<UInt8>
  ) -> Int {
    var letter = unsafe KeyLabel.all.utf8Start
    var count = KeyLabel.prefix
    unsafe copy(letter, to: info, count)
    unsafe letter += label.offset
    repeat {
      unsafe info[count] = letter[0]
      count &+= 1
      unsafe letter += 1
    } while unsafe info[count &- 1] != 0
    if let fields = unsafe fields { unsafe copy(fields, to: info + count, label.width) }
    return count &+ label.width
  }
}

/// What a key is for.
///
/// All labels are in one text, so that a derivation names its own by a number.
struct KeyLabel {
  /// Offset and width in one, because it is one argument then.
  private let code: UInt32

  /// - Parameter width: Bytes of fields.
  private init(_ row: UInt32, width: UInt32 = 0) {
    code = (UInt32(Self.prefix) &+ row &* 12) | width << 8
  }

  /// Where in the text what is its own starts.
  var offset: Int { Int(code & 0xFF) }
  var width: Int { Int(code >> 8) }

  /// What all labels begin with.
  static var prefix: Int { 13 }

  /// The common start, and then 12 bytes for each label, filled up with the zeros that end it.
  static var all: StaticString {
    "pinstripe v1 playback\0\0\0\0wrap\0\0\0\0\0\0\0\0grant\0\0\0\0\0\0\0rights\0\0\0\0\0\0stripe\0\0\0\0\0\0head\0\0\0\0\0\0\0\0trail\0\0\0\0\0\0\0section\0\0\0\0\0section tag\0"
  }

  static var playback: KeyLabel { KeyLabel(0, width: 20) }
  static var wrap: KeyLabel { KeyLabel(1) }
  static var grant: KeyLabel { KeyLabel(2) }
  static var rights: KeyLabel { KeyLabel(3) }
  static var stripe: KeyLabel { KeyLabel(4, width: 18) }
  static var head: KeyLabel { KeyLabel(5) }
  static var trail: KeyLabel { KeyLabel(6) }
  static var section: KeyLabel { KeyLabel(7, width: 4) }
  static var sectionTag: KeyLabel { KeyLabel(8, width: 4) }
}
