/// The header of a box (ISO 14496-12 §4.2).
///
/// ```
/// 0 size (32 bits): 1 = in the next 64-bit number, 0 = to the end   4 type   8 size (64 bits)
/// ```
struct MP4Box {
  let type: UInt32
  /// Bytes of the header, 8 or 16.
  let headerLength: Int
  /// Bytes of the box with its header; nil when it lasts to the end.
  let length: UInt64?

  /// Reads a header, nil when the bytes are none.
  init?(size: UInt32, type: UInt32, largeSize: UInt64?) {
    self.type = type
    switch size {
    case 0:
      headerLength = 8
      length = nil
    case 1:
      guard let largeSize, largeSize >= 16 else { return nil }
      headerLength = 16
      length = largeSize
    default:
      guard size >= 8 else { return nil }
      headerLength = 8
      length = UInt64(size)
    }
  }

  /// Reads the header at a view's start.
  init?(_ view: ContentView) {
    guard view.count >= 8 else { return nil }
    let large = UInt64(view.big32(8)) << 32 | UInt64(view.big32(12))
    self.init(
      size: view.big32(0), type: view.big32(4), largeSize: view.count >= 16 ? large : nil)
  }

  /// A type as it is written in the standard.
  static func type(_ name: StaticString) -> UInt32 {
    guard name.utf8CodeUnitCount == 4 else { return 0 }
    return (0..<4).reduce(0) { $0 << 8 | UInt32(name.utf8Start[$1]) }
  }
}

/// Boxes in memory: a part of a table box's bytes, with offsets into them.
struct MP4Bytes {
  let bytes: [UInt8]

  /// A big-endian number; nil outside.
  func big32(_ index: Int) -> UInt32? {
    guard index >= 0, index <= bytes.count - 4 else { return nil }
    return UInt32(bytes[index]) << 24 | UInt32(bytes[index + 1]) << 16
      | UInt32(bytes[index + 2]) << 8 | UInt32(bytes[index + 3])
  }

  /// A big-endian number; nil outside.
  func big64(_ index: Int) -> UInt64? {
    guard let high = big32(index), let low = big32(index + 4) else { return nil }
    return UInt64(high) << 32 | UInt64(low)
  }

  /// The boxes in a range with the ranges of their contents, up to the first that does not fit.
  func boxes(in range: Range<Int>) -> [(type: UInt32, range: Range<Int>)] {
    var boxes: [(type: UInt32, range: Range<Int>)] = []
    var index = range.lowerBound
    while index <= range.upperBound - 8, boxes.count < 4096, let size = big32(index),
      let type = big32(index + 4),
      let box = MP4Box(size: size, type: type, largeSize: big64(index + 8))
    {
      let length = box.length ?? UInt64(range.upperBound - index)
      guard length <= UInt64(range.upperBound - index) else { break }
      boxes.append((type, index + box.headerLength..<index + Int(length)))
      index += Int(length)
    }
    return boxes
  }

  /// The first box of a path; nil when there is none.
  func box(_ path: StaticString..., in range: Range<Int>) -> Range<Int>? {
    var range = range
    for name in path {
      let type = MP4Box.type(name)
      guard let found = boxes(in: range).first(where: { $0.type == type }) else { return nil }
      range = found.range
    }
    return range
  }
}
