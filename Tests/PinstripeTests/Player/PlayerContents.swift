import Glibc
import PinstripeMTP
import PinstripeTestSupport
import TestTools

/// A file on a player, wherever it is.
struct PlayerFile {
  /// From the storage's root.
  let path: String
  let bytes: [UInt8]
  /// What it was announced as; nil on a disk.
  var format: ObjectFormat?
  /// The paths of what it refers to.
  var references: [String] = []
  /// What the player was told that it is called; nil where it was told nothing.
  var title: String?
  /// Its picture, where it is shown as RepresentativeSampleData.
  var picture: [UInt8]?
}

extension MemoryResponder {
  /// All files, by path.
  var contents: [PlayerFile] {
    let all = objects
    let known = Dictionary(all.map { ($0.handle, $0) }) { first, _ in first }
    func path(_ handle: ObjectHandle) -> String {
      guard let object = known[handle] else { return "" }
      let parent = path(object.parent)
      return parent.isEmpty ? object.name : "\(parent)/\(object.name)"
    }
    return all.filter { $0.format != .association }.map { object in
      var bytes: [UInt8] = []
      if case .bytes(let content) = object.content { bytes = content }
      var file = PlayerFile(
        path: path(object.handle), bytes: bytes, format: object.format,
        references: object.references.map(path))
      file.title = object.properties[.name]?.text
      if case .array(_, let picture) = object.properties[.representativeSampleData] {
        file.picture = picture
      }
      return file
    }.sorted { $0.path < $1.path }
  }
}

extension TemporaryFolder {
  /// All files below it but hidden ones, by path.
  var contents: [PlayerFile] {
    var files: [PlayerFile] = []
    var open = [""]
    while let folder = open.popLast() {
      for name in Self.names(in: path + folder) where !name.hasPrefix(".") {
        let place = "\(folder)/\(name)"
        if (TestFile.mode(path + place) ?? 0) & S_IFMT == S_IFDIR {
          open.append(place)
        } else {
          files.append(
            PlayerFile(path: String(place.dropFirst()), bytes: TestFile.read(path + place) ?? []))
        }
      }
    }
    return files.sorted { $0.path < $1.path }
  }
}
