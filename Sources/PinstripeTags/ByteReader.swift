/// Goes through bytes that may be anything: what is not there is nil.
struct ByteReader {
  private(set) var rest: ArraySlice<UInt8>

  init(_ bytes: some Collection<UInt8>) {
    rest = ArraySlice(bytes)
  }

  var isAtEnd: Bool { rest.isEmpty }

  /// The next bytes; nil, and nothing moves, when there are fewer.
  mutating func bytes(_ count: Int) -> ArraySlice<UInt8>? {
    guard count >= 0, count <= rest.count else { return nil }
    defer { rest = rest.dropFirst(count) }
    return rest.prefix(count)
  }

  mutating func byte() -> UInt8? { bytes(1)?.first }

  /// Goes behind the next byte of a value; to the end, and says false, when there is none.
  mutating func skip(behind value: UInt8) -> Bool {
    // The entropy-coded bytes of a picture are many, and a slice checks much for each.
    let count = rest.withUnsafeBufferPointer { bytes in
      var index = 0
      while index < bytes.count, bytes[index] != value { index += 1 }
      return index
    }
    let isThere = count < rest.count
    rest = rest.dropFirst(isThere ? count + 1 : count)
    return isThere
  }

  /// A number of at most 4 bytes.
  mutating func bigEndian(_ count: Int) -> Int? {
    bytes(count).map { $0.reduce(0) { $0 << 8 | Int($1) } }
  }

  /// A number of at most 4 bytes.
  mutating func littleEndian(_ count: Int) -> Int? {
    bytes(count).map { $0.reversed().reduce(0) { $0 << 8 | Int($1) } }
  }

  /// A number of 4 bytes with 7 bits each; nil when one has its highest bit set.
  mutating func synchsafe() -> Int? {
    guard let four = bytes(4) else { return nil }
    guard four.allSatisfy({ $0 < 0x80 }) else { return nil }
    return four.reduce(0) { $0 << 7 | Int($1) }
  }

  /// A text of ID3 up to its zero, or to the end.
  mutating func text(_ encoding: ID3Text) -> String {
    let end = encoding.end(of: rest)
    let text = encoding.string(rest[rest.startIndex..<end.text])
    rest = rest[end.next...]
    return text
  }
}

/// The encodings of ID3v2's texts.
struct ID3Text {
  private enum Form {
    case latin1, utf16, utf16BigEndian, utf8
  }

  static let latin1 = ID3Text(form: .latin1)
  private let form: Form

  private init(form: Form) {
    self.form = form
  }

  /// Takes the number in a frame; nil for another.
  init?(_ number: UInt8?) {
    switch number {
    case 0: form = .latin1
    case 1: form = .utf16
    case 2: form = .utf16BigEndian
    case 3: form = .utf8
    default: return nil
    }
  }

  private var isWide: Bool { form == .utf16 || form == .utf16BigEndian }

  /// Where a text ends, and where what follows its zero begins.
  fileprivate func end(of bytes: ArraySlice<UInt8>) -> (text: Int, next: Int) {
    guard isWide else {
      let zero = bytes.firstIndex(of: 0)
      return (zero ?? bytes.endIndex, zero.map { $0 + 1 } ?? bytes.endIndex)
    }
    var index = bytes.startIndex
    while bytes.endIndex - index >= 2 {
      if bytes[index] == 0, bytes[index + 1] == 0 { return (index, index + 2) }
      index += 2
    }
    return (bytes.endIndex, bytes.endIndex)
  }

  /// All texts in the bytes, " / " between them.
  func joined(_ bytes: ArraySlice<UInt8>) -> String {
    var reader = ByteReader(bytes)
    var texts: [String] = []
    while !reader.isAtEnd {
      let text = reader.text(self)
      if !text.isEmpty { texts.append(text) }
    }
    return texts.joined(separator: " / ")
  }

  /// The text; what is none in its encoding becomes a replacement character.
  func string(_ bytes: ArraySlice<UInt8>) -> String {
    switch form {
    case .latin1:
      return String(String.UnicodeScalarView(bytes.map { Unicode.Scalar($0) }))
    case .utf8:
      return String(decoding: bytes, as: UTF8.self)
    case .utf16BigEndian:
      return Self.wide(bytes, isBigEndian: true)
    case .utf16:
      // Without a byte order mark, which the standard demands, little-endian is what is written.
      if bytes.starts(with: [0xFE, 0xFF]) {
        return Self.wide(bytes.dropFirst(2), isBigEndian: true)
      }
      return Self.wide(
        bytes.starts(with: [0xFF, 0xFE]) ? bytes.dropFirst(2) : bytes, isBigEndian: false)
    }
  }

  private static func wide(_ bytes: ArraySlice<UInt8>, isBigEndian: Bool) -> String {
    var units: [UInt16] = []
    var index = bytes.startIndex
    while bytes.endIndex - index >= 2 {
      let (first, second) = (UInt16(bytes[index]), UInt16(bytes[index + 1]))
      units.append(isBigEndian ? first << 8 | second : second << 8 | first)
      index += 2
    }
    return String(decoding: units, as: UTF16.self)
  }
}
