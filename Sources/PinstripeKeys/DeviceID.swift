/// A device's number: 16 bytes, the same for all of its life.
public struct DeviceID: Hashable, Sendable {
  /// The 16 bytes.
  public let bytes: [UInt8]

  /// Takes 16 bytes; nil for another count.
  public init?(bytes: [UInt8]) {
    guard bytes.count == 16 else { return nil }
    self.bytes = bytes
  }

  /// Reads 32 hexadecimal digits, as ``description`` writes them; hyphens are skipped.
  public init?(_ text: some StringProtocol) {
    guard let bytes = [UInt8](hexadecimal: text.utf8.filter { $0 != UInt8(ascii: "-") })
    else { return nil }
    self.init(bytes: bytes)
  }

  /// A fresh random one.
  ///
  /// - Throws: ``KeyError/Code/crypto``.
  public static func random() throws(KeyError) -> DeviceID {
    DeviceID(known: try SystemRandom.bytes(count: 16))
  }

  init(known bytes: [UInt8]) {
    self.bytes = bytes
  }
}

extension DeviceID: CustomStringConvertible {
  /// 32 lowercase hexadecimal digits.
  public var description: String { bytes.hexadecimal }
}

/// Names a wrapping key without telling whose it is: the first 8 bytes of HMAC(K_wrap, "id").
public struct KeyID: Hashable, Sendable {
  /// The 8 bytes.
  public let bytes: InlineArray<8, UInt8>

  /// Takes the 8 bytes.
  public init(bytes: InlineArray<8, UInt8>) {
    self.bytes = bytes
  }

  private var number: UInt64 { bytes.span.littleEndian64(at: 0) }

  /// Compares all 8 bytes.
  public static func == (first: KeyID, second: KeyID) -> Bool { first.number == second.number }

  /// Feeds all 8 bytes.
  public func hash(into hasher: inout Hasher) { hasher.combine(number) }
}

extension KeyID: CustomStringConvertible {
  /// 16 lowercase hexadecimal digits.
  public var description: String { bytes.span.indices.map { bytes[$0] }.hexadecimal }
}

extension [UInt8] {
  var hexadecimal: String {
    let digits = Array("0123456789abcdef".utf8)
    let text = flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
    return String(decoding: text, as: UTF8.self)
  }

  init?(hexadecimal digits: [UInt8]) {
    guard digits.count % 2 == 0 else { return nil }
    var bytes: [UInt8] = []
    for pair in stride(from: 0, to: digits.count, by: 2) {
      guard let high = Self.value(ofDigit: digits[pair]),
        let low = Self.value(ofDigit: digits[pair + 1])
      else { return nil }
      bytes.append(high << 4 | low)
    }
    self = bytes
  }

  private static func value(ofDigit digit: UInt8) -> UInt8? {
    switch digit {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
    default: nil
    }
  }
}
