import Glibc
import PinstripeFiles

extension VolumeTransport {
  /// What stands in the volume's mark.
  public func identity(making: Bool) async throws(PinstripeError) -> String? {
    let path = "\(playerName)/\(TrackName.volumeMark)"
    do throws(FileError) {
      if let mark = try Self.mark(at: path) { return "volume \(mark)" }
      guard making else { return nil }
      let number = UInt64.random(in: .min ... .max)
      let mark = String(number, radix: 16)
      let file = try AtomicFile(replacing: path)
      let bytes = Array((mark + "\n").utf8)
      try bytes.span.withUnsafeBytes { bytes throws(FileError) in try file.file.write(bytes) }
      try file.commit()
      return "volume \(mark)"
    } catch {
      throw PinstripeError(writing: error)
    }
  }

  /// A mark that is there; nil where there is none, or one that nobody of us wrote.
  private static func mark(at path: String) throws(FileError) -> String? {
    let bytes: [UInt8]
    do throws(FileError) {
      bytes = try SystemFile.contents(of: path, atMost: 64)
    } catch {
      guard error.code == ENOENT || error.code == EFBIG else { throw error }
      return nil
    }
    let text = bytes.prefix { $0 != UInt8(ascii: "\n") }
    guard let number = UInt64(String(decoding: text, as: UTF8.self), radix: 16) else { return nil }
    return String(number, radix: 16)
  }
}
