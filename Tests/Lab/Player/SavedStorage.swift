import Glibc
import PinstripeFiles
import PinstripeMTP
import PinstripeTestSupport

/// What is on a player, as files that tests can look at when it is gone.
///
/// An object that refers to others becomes a file with their paths, one a line; an object's picture
/// (RepresentativeSampleData) a file beside it, NAME.sample; `.formats` in the folder has each object's
/// format and path.
enum SavedStorage {
  static func write(_ objects: [StoredObject], to folder: String) throws(FileError) {
    let known = Dictionary(objects.map { ($0.handle, $0) }) { first, _ in first }
    func path(_ handle: ObjectHandle) -> String {
      guard let object = known[handle] else { return "" }
      let parent = path(object.parent)
      return parent.isEmpty ? object.name : "\(parent)/\(object.name)"
    }
    try SystemFolder.makeAll(folder)
    var formats = ""
    for object in objects {
      let place = path(object.handle)
      guard object.format != .association else {
        try SystemFolder.makeAll("\(folder)/\(place)")
        continue
      }
      formats += "\(object.format) \(place)\n"
      var bytes: [UInt8] = []
      if case .bytes(let content) = object.content { bytes = content }
      if !object.references.isEmpty {
        bytes = Array((object.references.map(path).joined(separator: "\n") + "\n").utf8)
      }
      try write(bytes, to: "\(folder)/\(place)")
      if case .array(_, let picture) = object.properties[.representativeSampleData] {
        try write(picture, to: "\(folder)/\(place).sample")
      }
    }
    try write(Array(formats.utf8), to: "\(folder)/.formats")
  }

  private static func write(_ bytes: [UInt8], to path: String) throws(FileError) {
    let file = try SystemFile(opening: path, O_WRONLY | O_CREAT | O_EXCL)
    try bytes.span.withUnsafeBytes { bytes throws(FileError) in try file.write(bytes) }
  }

  /// Saves when the process is told to end, and ends it then.
  ///
  /// To be called before any other thread begins, for each takes over the signals that are blocked.
  static func whenEnding(_ player: MemoryResponder, to folder: String) {
    var signals = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, SIGTERM)
    pthread_sigmask(SIG_BLOCK, &signals, nil)
    Worker.start {
      var signals = sigset_t()
      sigemptyset(&signals)
      sigaddset(&signals, SIGTERM)
      var number: CInt = 0
      sigwait(&signals, &number)
      do {
        try write(player.objects, to: folder)
      } catch {
        Worker.say("LabPlayer: \(error)")
      }
      exit(0)
    }
  }
}
