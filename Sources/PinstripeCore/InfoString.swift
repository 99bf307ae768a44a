/// An HKDF info string: label ‖ 0x00 ‖ fixed-width little-endian fields (TrackFormat.md, "Keys").
///
/// The zero byte ends the label, so no label with its fields can equal another label's.
struct InfoString {
  /// `pinstripe_provider.derive` promises providers at most this many bytes.
  static var capacity: Int { 64 }

  private var bytes = InlineArray<64, UInt8>(repeating: 0)
  private(set) var count = 0

  /// Nothing yet.
  init() {}

  /// Becomes a label and as many bytes of three numbers as it has fields; no label makes it longer
  /// than 49.
  ///
  /// In place, because an initialiser's result would lie on the stack twice.
  @inline(never)
  mutating func set(_ label: KeyLabel, _ first: UInt64, _ second: UInt64, _ third: UInt64) {
    count = 0
    var letter = unsafe KeyLabel.all.utf8Start
    while count < KeyLabel.prefix {
      unsafe bytes[unchecked: count] = letter[count]
      count &+= 1
    }
    unsafe letter += label.offset
    repeat {
      unsafe bytes[unchecked: count] = letter[0]
      count &+= 1
      unsafe letter += 1
    } while unsafe bytes[unchecked: count &- 1] != 0
    let end = count
    unsafe withUnsafeMutableBytes(of: &bytes) { bytes in
      unsafe bytes.storeBytes(of: first.littleEndian, toByteOffset: end, as: UInt64.self)
      unsafe bytes.storeBytes(of: second.littleEndian, toByteOffset: end &+ 8, as: UInt64.self)
      unsafe bytes.storeBytes(of: third.littleEndian, toByteOffset: end &+ 16, as: UInt64.self)
    }
    count &+= label.width
  }

  /// Lends the bytes, without a copy.
  mutating func withBytes(_ body: (UnsafeBufferPointer<UInt8>) -> Int32) -> Int32 {
    let count = self.count
    return unsafe withUnsafeMutableBytes(of: &bytes) { bytes in
      unsafe body(
        UnsafeBufferPointer(
          start: bytes.assumingMemoryBound(to: UInt8.self).baseAddress, count: count))
    }
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
