/// A date and time as players write it (MTP 1.1 §3.2.5, PTP ISO 15740 §5.3.5):
/// `YYYYMMDDThhmmss[.s][Z|+hhmm|-hhmm]`.
public struct MTPDate: Hashable, Sendable {
  /// 0 to 9999.
  public var year: Int
  /// 1 to 12.
  public var month: Int
  /// 1 to 31.
  public var day: Int
  /// 0 to 23.
  public var hour: Int
  /// 0 to 59.
  public var minute: Int
  /// 0 to 60; 60 is a leap second.
  public var second: Int
  /// Minutes east of UTC, −1439 to 1439; nil is the player's own time.
  public var utcOffset: Int?

  /// Creates a date from its parts, which are not checked.
  public init(
    year: Int, month: Int, day: Int, hour: Int = 0, minute: Int = 0, second: Int = 0,
    utcOffset: Int? = nil
  ) {
    self.year = year
    self.month = month
    self.day = day
    self.hour = hour
    self.minute = minute
    self.second = second
    self.utcOffset = utcOffset
  }

  /// Reads a date; nil when it is none.
  ///
  /// Fractions of a second are dropped.
  public init?(_ text: String) {
    let text = Array(text.utf8)
    func digits(_ range: Range<Int>) -> Int? {
      guard range.upperBound <= text.count else { return nil }
      var number = 0
      for digit in text[range] {
        guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
        // At most four digits.
        number = number * 10 + Int(digit - UInt8(ascii: "0"))
      }
      return number
    }
    guard let year = digits(0..<4), let month = digits(4..<6), let day = digits(6..<8),
      text.count > 8, text[8] == UInt8(ascii: "T"), let hour = digits(9..<11),
      let minute = digits(11..<13), let second = digits(13..<15),
      (1...12).contains(month), (1...31).contains(day), hour < 24, minute < 60, second <= 60
    else { return nil }
    var zone = 15
    if zone < text.count, text[zone] == UInt8(ascii: ".") {
      zone += 1
      while zone < text.count, digits(zone..<(zone + 1)) != nil { zone += 1 }
    }
    var utcOffset: Int?
    if zone < text.count {
      if text[zone] == UInt8(ascii: "Z"), text.count == zone + 1 {
        utcOffset = 0
      } else if let hours = digits((zone + 1)..<(zone + 3)),
        let minutes = digits((zone + 3)..<(zone + 5)), hours < 24, minutes < 60,
        text.count == zone + 5,
        text[zone] == UInt8(ascii: "+") || text[zone] == UInt8(ascii: "-")
      {
        let offset = hours * 60 + minutes
        utcOffset = text[zone] == UInt8(ascii: "-") ? -offset : offset
      } else {
        return nil
      }
    }
    self.init(
      year: year, month: month, day: day, hour: hour, minute: minute, second: second,
      utcOffset: utcOffset)
  }
}

extension MTPDate: CustomStringConvertible {
  /// The date as it goes over the wire.
  public var description: String {
    func padded(_ number: Int, _ width: Int) -> String {
      let digits = String(number.magnitude)
      return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
    let date = padded(year, 4) + padded(month, 2) + padded(day, 2)
    let time = padded(hour, 2) + padded(minute, 2) + padded(second, 2)
    guard let utcOffset else { return date + "T" + time }
    guard utcOffset != 0 else { return date + "T" + time + "Z" }
    return date + "T" + time + (utcOffset < 0 ? "-" : "+")
      + padded(Int(utcOffset.magnitude) / 60, 2) + padded(Int(utcOffset.magnitude) % 60, 2)
  }
}
