import Glibc
import PinstripeFiles

/// A playlist of the kind that Winamp made: a path a line, and lines with "#" that are for others.
///
/// It is UTF-8, or, where it is not valid as that, ISO 8859-1 as of old.
struct M3UFile {
  /// A line that names something.
  struct Entry: Equatable {
    /// The line.
    let text: String

    /// The file that the line names, where it names one.
    ///
    /// - Parameter folder: What relative paths start from: the playlist's.
    func path(from folder: String) -> String? {
      guard let separator = text.firstRange(of: "://") else { return resolve(text, folder) }
      guard text[..<separator.lowerBound].lowercased() == "file" else { return nil }
      // file://localhost/… and file:///…; another host's files are not here.
      let rest = text[separator.upperBound...]
      guard let slash = rest.firstIndex(of: "/"), ["", "localhost"].contains(rest[..<slash])
      else { return nil }
      return Self.decoded(rest[slash...])
    }

    /// A line as a path: with "\" between folders where that is how a program on Windows wrote it.
    private func resolve(_ path: String, _ folder: String) -> String {
      func full(_ path: String) -> String { path.hasPrefix("/") ? path : "\(folder)/\(path)" }
      guard path.contains("\\"), access(full(path), F_OK) != 0 else { return full(path) }
      return full(String(path.map { $0 == "\\" ? "/" : $0 }))
    }

    /// Replaces "%20" and the like (RFC 3986 §2.1); nil for what is no UTF-8 then.
    private static func decoded(_ text: Substring) -> String? {
      var bytes: [UInt8] = []
      var rest = text.utf8[...]
      while let byte = rest.popFirst() {
        guard byte == UInt8(ascii: "%") else {
          bytes.append(byte)
          continue
        }
        // No sign, which Swift's reader would take; and no zero, which ends a path.
        let digits = rest.prefix(2)
        guard digits.count == 2, digits.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }),
          let code = UInt8(String(Substring(digits)), radix: 16), code != 0
        else { return nil }
        bytes.append(code)
        rest = rest.dropFirst(2)
      }
      return String(validating: bytes, as: UTF8.self)
    }
  }

  /// The lines that name something, in order.
  let entries: [Entry]
  /// The most bytes of a playlist that are read.
  static let maximumSize = 64 << 20
  /// The most entries; further ones are left out.
  static let maximumEntries = 100_000

  /// Reads a playlist.
  init(path: String) throws(FileError) {
    self.init(try SystemFile.contents(of: path, atMost: Self.maximumSize))
  }

  /// Reads a playlist's bytes.
  init(_ bytes: [UInt8]) {
    let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
    let bytes = bytes.starts(with: mark) ? bytes.dropFirst(mark.count) : bytes[...]
    let text =
      String(validating: bytes, as: UTF8.self)
      ?? String(String.UnicodeScalarView(bytes.map { Unicode.Scalar($0) }))
    entries = Array(
      text.split(whereSeparator: \.isNewline).lazy.map(\.trimmed)
        .filter { !$0.isEmpty && !$0.hasPrefix("#") && !$0.utf8.contains(0) }
        .map { Entry(text: String($0)) }.prefix(Self.maximumEntries))
  }
}

extension Substring {
  /// Without spaces and tabs at its ends.
  fileprivate var trimmed: Substring {
    var text = self
    while let first = text.first, first == " " || first == "\t" { text.removeFirst() }
    while let last = text.last, last == " " || last == "\t" { text.removeLast() }
    return text
  }
}
