import Glibc
import Pinstripe

/// A moment as people write it, in UTC: "2026-11-21" or "2026-11-21T18:00:00Z".
enum UTCTime {
  /// Seconds since 1970-01-01 00:00 UTC.
  ///
  /// - Parameter endsDay: Whether a day alone means its last second instead of its first.
  /// - Throws: ``PinstripeError`` with the code ``PinstripeError/Code/usage``.
  static func parse(_ text: String, endsDay: Bool) throws(PinstripeError) -> UInt64 {
    let bytes = Array(text.utf8)
    let form = Array("0000-00-00T00:00:00Z".utf8)
    let fits = zip(bytes, form).allSatisfy { byte, sign in
      sign == UInt8(ascii: "0")
        ? (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) : byte == sign
    }
    func number(_ start: Int, _ count: Int) -> Int32 {
      bytes.dropFirst(start).prefix(count).reduce(0) { $0 * 10 + Int32($1) - 48 }
    }
    if fits, bytes.count == 10 || bytes.count == form.count {
      let isDay = bytes.count == 10
      let (year, month, day) = (number(0, 4) - 1900, number(5, 2) - 1, number(8, 2))
      let (hour, minute, second) = isDay ? (0, 0, 0) : (number(11, 2), number(14, 2), number(17, 2))
      var time = tm()
      (time.tm_year, time.tm_mon, time.tm_mday) = (year, month, day)
      (time.tm_hour, time.tm_min, time.tm_sec) = (hour, minute, second)
      let seconds = timegm(&time)
      // timegm makes the 3rd of March of a 31st of February.
      if seconds > 0, time.tm_mon == month, time.tm_mday == day, time.tm_hour == hour,
        time.tm_min == minute, time.tm_sec == second
      {
        return UInt64(seconds) + (isDay && endsDay ? 86_399 : 0)
      }
    }
    throw PinstripeError(
      .usage, "\"\(text)\" is no time; write it as 2026-11-21 or 2026-11-21T18:00:00Z, in UTC.")
  }

  /// The moment for a person.
  static func string(_ seconds: UInt64) -> String {
    guard var time = time_t(exactly: seconds) else { return "\(seconds) seconds after 1970" }
    var parts = tm()
    guard gmtime_r(&time, &parts) != nil else { return "\(seconds) seconds after 1970" }
    var buffer = [CChar](repeating: 0, count: 64)
    let count = strftime(&buffer, buffer.count, "%Y-%m-%dT%H:%M:%SZ", &parts)
    return String(decoding: buffer[..<count].map(UInt8.init(bitPattern:)), as: UTF8.self)
  }
}
