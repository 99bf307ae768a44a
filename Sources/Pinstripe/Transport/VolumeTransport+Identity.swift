import Glibc
import PinstripeFiles

extension VolumeTransport {
  /// What stands in the volume's mark.
  public func identity(making: Bool) async throws(PinstripeError) -> String? {
    try translated(writing: making) { () throws(FileError) in
      if let mark = try mark() { return "volume \(mark)" }
      guard making else { return nil }
      let mark = String(UInt64.random(in: .min ... .max), radix: 16)
      try root.write(Array((mark + "\n").utf8), to: TrackName.volumeMark)
      return "volume \(mark)"
    }
  }

  /// A mark that is there; nil where there is none, or one that nobody of us wrote.
  private func mark() throws(FileError) -> String? {
    let bytes: [UInt8]
    do throws(FileError) {
      bytes = try root.contents(of: TrackName.volumeMark, atMost: 64)
    } catch {
      guard error.code == ENOENT || error.code == EFBIG else { throw error }
      return nil
    }
    let text = bytes.prefix { $0 != UInt8(ascii: "\n") }
    guard let number = UInt64(String(decoding: text, as: UTF8.self), radix: 16) else { return nil }
    return String(number, radix: 16)
  }
}
