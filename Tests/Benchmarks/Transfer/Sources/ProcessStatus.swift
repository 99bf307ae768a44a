import Glibc

/// What the kernel says of this process (proc_pid_status(5)).
enum ProcessStatus {
  /// A value in KiB; nil when there is no such line.
  static func kibibytes(_ name: String) -> Int? {
    let descriptor = open("/proc/self/status", O_RDONLY)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: 8192)
    let count = read(descriptor, &bytes, bytes.count)
    for line in bytes.prefix(max(count, 0)).split(separator: UInt8(ascii: "\n")) {
      let words = line.split { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
        .map { String(decoding: $0, as: UTF8.self) }
      if words.count > 1, words[0] == name + ":" { return Int(words[1]) }
    }
    return nil
  }
}
