public import Glibc

/// A folder that is there as long as the value.
public final class TemporaryFolder: Sendable {
  /// Its path, without a slash at the end.
  public let path: String

  /// Makes a folder.
  ///
  /// - Parameter parent: Where; `$TMPDIR`, or else /tmp, when nil.
  public init(in parent: String? = nil) {
    let parent = parent ?? getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
    var template = Array("\(parent)/pinstripe-test-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { fatalError("no temporary folder in \(parent)") }
    path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  /// Where the holes of a file cost nothing to read: elsewhere they are given memory first, which for
  /// gigabytes takes seconds.
  ///
  /// nil when there is no such place.
  public static let memory: String? = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : nil

  deinit {
    Self.remove(path)
  }

  /// The path of a name in it.
  public func callAsFunction(_ name: String) -> String { "\(path)/\(name)" }

  /// What is in it, hidden files too, in order.
  public var names: [String] { Self.names(in: path) }

  /// What is in a folder, hidden files too, in order.
  public static func names(in path: String) -> [String] {
    guard let folder = opendir(path) else { return [] }
    defer { closedir(folder) }
    var names: [String] = []
    while let entry = readdir(folder) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  private static func remove(_ path: String) {
    var status = stat()
    guard lstat(path, &status) == 0 else { return }
    guard status.st_mode & S_IFMT == S_IFDIR else {
      unlink(path)
      return
    }
    for name in names(in: path) { remove("\(path)/\(name)") }
    rmdir(path)
  }
}

/// Whole files of tests.
public enum TestFile {
  /// Reads a file; nil when it is not there.
  public static func read(_ path: String) -> [UInt8]? {
    guard let file = fopen(path, "r") else { return nil }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var part = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = fread(&part, 1, part.count, file)
      if count == 0 { return bytes }
      bytes += part[..<count]
    }
  }

  /// Writes a file.
  public static func write(_ bytes: some Sequence<UInt8>, to path: String) {
    let bytes = Array(bytes)
    guard let file = fopen(path, "w") else { fatalError("cannot write \(path)") }
    defer { fclose(file) }
    guard fwrite(bytes, 1, bytes.count, file) == bytes.count else {
      fatalError("cannot write \(path)")
    }
  }

  /// Makes a file of zeros that takes no room.
  public static func makeSparse(_ path: String, size: Int) {
    write([], to: path)
    guard truncate(path, size) == 0 else { fatalError("cannot make \(path) \(size) bytes long") }
  }

  /// Permissions and kind; nil when there is no such file.
  public static func mode(_ path: String) -> mode_t? {
    var status = stat()
    return lstat(path, &status) == 0 ? status.st_mode : nil
  }

  /// Size in bytes; nil when there is no such file.
  public static func size(_ path: String) -> Int? {
    var status = stat()
    return stat(path, &status) == 0 ? status.st_size : nil
  }

  /// Content that is the same in every run: byte i is (7 i + 3) mod 251, as in Tests/Vectors.
  public static func content(_ count: Int) -> [UInt8] {
    // It repeats itself after 251 bytes.
    var bytes = (0..<min(count, 251)).map { UInt8((7 * $0 + 3) % 251) }
    bytes.reserveCapacity(count)
    while bytes.count < count { bytes += bytes.prefix(min(bytes.count, count - bytes.count)) }
    return bytes
  }
}
