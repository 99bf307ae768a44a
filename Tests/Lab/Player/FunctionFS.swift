import Glibc

/// The descriptors that FunctionFS is given for an MTP function (linux/usb/functionfs.h), full, high
/// and super speed.
///
/// ```
/// descriptors: LE32 magic 3, length, flags, one count a speed   then the descriptors of each speed
/// strings:     LE32 magic 2, length, strings, languages         then LE16 language, "MTP" NUL
/// ```
enum FunctionFS {
  private static let hasFullSpeed: UInt32 = 1
  private static let hasHighSpeed: UInt32 = 2
  private static let hasSuperSpeed: UInt32 = 4

  static var descriptors: [UInt8] {
    let full = speed(bulk: 64, companions: false)
    let high = speed(bulk: 512, companions: false)
    let super_ = speed(bulk: 1024, companions: true)
    let body =
      [full, high, super_].flatMap { words(UInt32($0.count)) }
      + [full, high, super_].flatMap { $0.flatMap(\.self) }
    return words(3, UInt32(body.count + 12), hasFullSpeed | hasHighSpeed | hasSuperSpeed) + body
  }

  static var strings: [UInt8] {
    let body = words(1, 1) + [0x09, 0x04] + Array("MTP".utf8) + [0]
    return words(2, UInt32(body.count + 8)) + body
  }

  /// Interface, bulk IN, bulk OUT, interrupt IN; FunctionFS numbers the endpoints anew.
  private static func speed(bulk: UInt16, companions: Bool) -> [[UInt8]] {
    var all: [[UInt8]] = [[9, 4, 0, 0, 3, 6, 1, 1, 1]]
    for (address, kind, size, interval) in [
      (0x81, 2, bulk, 0), (0x02, 2, bulk, 0), (0x83, 3, 64, 6),
    ] as [(UInt8, UInt8, UInt16, UInt8)] {
      all.append([7, 5, address, kind, UInt8(size & 0xFF), UInt8(size >> 8), interval])
      // USB 3.2 §9.6.7: no bursts; an interrupt endpoint says how much a service interval carries.
      if companions { all.append([6, 0x30, 0, 0, kind == 3 ? 64 : 0, 0]) }
    }
    return all
  }

  private static func words(_ values: UInt32...) -> [UInt8] {
    values.flatMap { value in (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) } }
  }
}

/// One of FunctionFS's endpoint files.
struct Endpoint: Sendable {
  private let descriptor: CInt

  init(_ path: String) throws(Failure) {
    descriptor = open(path, O_RDWR)
    guard descriptor >= 0 else { throw Failure("cannot open \(path)") }
  }

  /// Reads what the host sends: up to a short packet.
  func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
    Glibc.read(descriptor, buffer.baseAddress, buffer.count)
  }

  /// Waits until there is something to read, so many milliseconds at most.
  func isReadable(within milliseconds: CInt) -> Bool {
    var request = pollfd(fd: descriptor, events: CShort(POLLIN), revents: 0)
    return poll(&request, 1, milliseconds) > 0
  }

  /// Writes to the host; no bytes are a zero-length packet.
  func write(_ bytes: UnsafeRawBufferPointer) -> Int {
    Glibc.write(descriptor, bytes.baseAddress, bytes.count)
  }

  func write(_ bytes: [UInt8]) -> Int { bytes.withUnsafeBytes { write($0) } }
}

/// Why there is no player.
struct Failure: Error, CustomStringConvertible {
  let description: String

  init(_ what: String) { description = "\(what): \(String(cString: strerror(errno)))" }
}
