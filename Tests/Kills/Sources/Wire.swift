import Glibc
import PinstripePipe
import PinstripeTestSupport

/// A socket between the player's process and the host's: calls of a ``PlayerEnd`` as messages.
///
/// Every message has a kind, a number and bytes; every call is answered before the next.
final class Wire: Sendable {
  struct Message {
    var kind: UInt8
    var number: UInt32 = 0
    var bytes: [UInt8] = []
  }

  private let descriptor: Int32

  init(_ descriptor: Int32) {
    self.descriptor = descriptor
  }

  func close() { _ = Glibc.close(descriptor) }

  /// - Returns: false when nobody is at the other end.
  @discardableResult
  func send(_ message: Message) -> Bool {
    var bytes = [message.kind]
    for number in [message.number, UInt32(message.bytes.count)] {
      bytes += (0..<4).map { UInt8(truncatingIfNeeded: number >> (8 * UInt32($0))) }
    }
    bytes += message.bytes
    var done = 0
    while done < bytes.count {
      let count = bytes[done...].withUnsafeBytes {
        Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { return false }
      done += count
    }
    return true
  }

  /// - Returns: nil when nobody is at the other end.
  func receive() -> Message? {
    guard let head = read(9) else { return nil }
    func number(_ index: Int) -> UInt32 {
      (0..<4).reduce(0) { $0 | UInt32(head[index + $1]) << (8 * UInt32($1)) }
    }
    guard let bytes = read(Int(number(5))) else { return nil }
    return Message(kind: head[0], number: number(1), bytes: bytes)
  }

  private func read(_ count: Int) -> [UInt8]? {
    var bytes = [UInt8](repeating: 0, count: count)
    var done = 0
    while done < count {
      let got = bytes[done...].withUnsafeMutableBytes {
        Glibc.read(descriptor, $0.baseAddress, $0.count)
      }
      guard got > 0 else { return nil }
      done += got
    }
    return bytes
  }
}

/// The kinds of message.
enum Kind {
  static let take: UInt8 = 1
  static let takeLast: UInt8 = 2
  static let give: UInt8 = 3
  static let control: UInt8 = 4
  static let event: UInt8 = 5
  static let clearOut: UInt8 = 6
  static let clearIn: UInt8 = 7
  static let done: UInt8 = 16
  static let nothing: UInt8 = 17
  static let end: UInt8 = 18
  static let stalled: UInt8 = 19
  static let gone: UInt8 = 20
}
