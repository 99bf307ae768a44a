import Foundation

/// A folder that goes with the test that made it.
///
/// In memory unless told otherwise: tests that write a store hundreds of times would wait for the disk
/// each time.
final class TemporaryFolder {
  let path: String

  init(onDisk: Bool = false) throws {
    let memory = URL(fileURLWithPath: "/dev/shm", isDirectory: true)
    let usesMemory = !onDisk && FileManager.default.isWritableFile(atPath: memory.path)
    let folder = (usesMemory ? memory : FileManager.default.temporaryDirectory).appending(
      path: "pinstripe-keys-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
    path = folder.path
  }

  deinit {
    try? FileManager.default.removeItem(atPath: path)
  }

  func file(_ name: String) -> String { path + "/" + name }

  var names: [String] {
    (try? FileManager.default.contentsOfDirectory(atPath: path).sorted()) ?? []
  }

  func bytes(_ name: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(fileURLWithPath: file(name))))
  }

  /// Removes a former file first: ext4 waits for the disk when one is cut to nothing and rewritten.
  func write(_ bytes: [UInt8], to name: String) throws {
    try? remove(name)
    try Data(bytes).write(to: URL(fileURLWithPath: file(name)))
  }

  func mode(of name: String) throws -> Int {
    let attributes = try FileManager.default.attributesOfItem(atPath: file(name))
    return (attributes[.posixPermissions] as? Int) ?? -1
  }

  func setMode(_ mode: Int, of name: String) throws {
    try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: file(name))
  }

  func link(_ name: String, to target: String) throws {
    try FileManager.default.createSymbolicLink(
      atPath: file(name), withDestinationPath: file(target))
  }

  func isLink(_ name: String) -> Bool {
    (try? FileManager.default.destinationOfSymbolicLink(atPath: file(name))) != nil
  }

  func remove(_ name: String) throws {
    try FileManager.default.removeItem(atPath: file(name))
  }
}
