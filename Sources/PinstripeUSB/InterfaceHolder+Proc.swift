internal import Glibc

/// A program that has a player's device node open.
public struct InterfaceHolder: Sendable, Equatable {
  /// Its name, cut to 15 bytes by Linux. `/proc/PID/comm`
  public var name: String
  /// Its process number.
  public var process: Int32

  /// Creates a holder.
  public init(name: String, process: Int32) {
    self.name = name
    self.process = process
  }

  /// What a person can do about it, as an imperative clause.
  var remedy: String {
    // The mounts that desktops make of players: GNOME's (gvfsd-mtp, gvfsd-gphoto2) and KDE's (kiod, kio_mtp).
    if name.hasPrefix("gvfs") || name.hasPrefix("kio") {
      return "eject the player in the file manager"
    }
    return "wait for it, or end it"
  }

  /// The first other process that has a file open.
  ///
  /// Linux shows this of one's own processes, which a desktop's are; root sees all.
  ///
  /// - Parameter node: The device node, as links in /proc name it.
  static func find(of node: String) -> InterfaceHolder? {
    for process in numbers(in: "/proc") where process != getpid() {
      for file in numbers(in: "/proc/\(process)/fd") {
        guard link("/proc/\(process)/fd/\(file)") == node else { continue }
        return InterfaceHolder(name: name(of: process), process: process)
      }
    }
    return nil
  }

  private static func name(of process: Int32) -> String {
    let file = unsafe open("/proc/\(process)/comm", O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return "?" }
    defer { close(file) }
    var bytes = [UInt8](repeating: 0, count: 64)
    let count = unsafe read(file, &bytes, bytes.count)
    return String(decoding: bytes.prefix(max(0, count)).prefix { $0 != 0x0A }, as: UTF8.self)
  }

  private static func link(_ path: String) -> String? {
    var bytes = [CChar](repeating: 0, count: 256)
    let count = unsafe readlink(path, &bytes, bytes.count)
    guard count >= 0 else { return nil }
    return String(decoding: bytes.prefix(count).map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  /// The numbers among a folder's names; none when it cannot be read.
  private static func numbers(in path: String) -> [Int32] {
    guard let folder = unsafe opendir(path) else { return [] }
    defer { unsafe closedir(folder) }
    var found: [Int32] = []
    while let entry = unsafe readdir(folder) {
      let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if let number = Int32(name) { found.append(number) }
    }
    return found
  }
}
