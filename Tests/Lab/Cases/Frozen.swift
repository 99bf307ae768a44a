import Glibc
import Synchronization

/// A process that stands still for a while.
final class Frozen: Sendable {
  private let process = Mutex<pid_t>(0)

  var isFrozen: Bool { process.withLock { $0 != 0 } }

  func freeze(_ number: pid_t) {
    process.withLock { process in
      if process == 0 { kill(number, SIGSTOP) }
      process = number
    }
  }

  func thaw() { kill(process.withLock { $0 }, SIGCONT) }

  /// A process by its name (/proc/PID/comm).
  static func find(_ name: String) -> pid_t? {
    guard let folder = opendir("/proc") else { return nil }
    defer { closedir(folder) }
    while let entry = readdir(folder) {
      let digits = withUnsafeBytes(of: &entry.pointee.d_name) {
        String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
      }
      guard let number = pid_t(digits), let file = fopen("/proc/\(number)/comm", "r") else {
        continue
      }
      defer { fclose(file) }
      var line = [CChar](repeating: 0, count: 64)
      guard fgets(&line, Int32(line.count), file) != nil else { continue }
      let found = line.prefix { $0 != 0 && $0 != 10 }.map(UInt8.init(bitPattern:))
      if String(decoding: found, as: UTF8.self) == name { return number }
    }
    return nil
  }
}
