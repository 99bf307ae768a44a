import Glibc

/// The person's terminal: standard error for what is said, never standard output.
enum Terminal {
  /// Whether standard error is a terminal, so that a progress bar makes sense.
  static var isInteractive: Bool { isatty(STDERR_FILENO) == 1 }

  /// Prints a line on standard error.
  static func say(_ line: String) {
    write(line + "\n")
  }

  /// Writes to standard error without a line's end.
  static func write(_ text: String) {
    var text = text
    text.withUTF8 { bytes in _ = Glibc.write(STDERR_FILENO, bytes.baseAddress, bytes.count) }
  }

  /// A name as it can be printed: control characters are commands to a terminal, and format characters
  /// (U+202E and its like) turn the text around them.
  static func printable(_ text: String) -> String {
    String(
      String.UnicodeScalarView(
        text.unicodeScalars.map { scalar in
          switch scalar.properties.generalCategory {
          case .control, .format, .lineSeparator, .paragraphSeparator: "\u{FFFD}"
          default: scalar
          }
        }))
  }

  /// Lines, each as it can be printed.
  static func printable(lines: [String]) -> String {
    lines.map { printable($0) }.joined(separator: "\n")
  }

  /// A number of bytes for a person: "44.7 MB".
  static func size(_ bytes: UInt64) -> String {
    let units = ["bytes", "kB", "MB", "GB", "TB"]
    var value = bytes
    var rest: UInt64 = 0
    var unit = 0
    while value >= 1000, unit < units.count - 1 {
      (value, rest) = value.quotientAndRemainder(dividingBy: 1000)
      unit += 1
    }
    return unit == 0 ? "\(value) bytes" : "\(value).\(rest / 100) \(units[unit])"
  }
}
