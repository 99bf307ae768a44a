import Foundation

/// Real files: the track of this repository, and those that Tests/Media/fetch.sh makes.
enum MediaFolder {
  /// A file with the frames that an independent program sees in it.
  struct File: CustomStringConvertible, Sendable {
    let name: String
    let url: URL

    var description: String { name }

    var bytes: [UInt8] {
      get throws { Array(try Data(contentsOf: url)) }
    }

    /// Offsets and sizes; nil when no independent program knows the format.
    var frames: [(offset: UInt64, size: UInt64)]? {
      guard let text = try? String(contentsOfFile: url.path + ".frames", encoding: .utf8) else {
        return nil
      }
      return text.split(separator: "\n").compactMap { line in
        let numbers = line.split(separator: " ").compactMap { UInt64($0) }
        return numbers.count == 2 ? (numbers[0], numbers[1]) : nil
      }
    }
  }

  static let folder = ProcessInfo.processInfo.environment["PINSTRIPE_FRAME_MEDIA"]

  static let files: [File] = {
    guard let folder, let names = try? FileManager.default.contentsOfDirectory(atPath: folder)
    else {
      return []
    }
    return names.filter { !$0.hasSuffix(".frames") }.sorted().map { name in
      File(name: name, url: URL(fileURLWithPath: folder).appendingPathComponent(name))
    }
  }()

  static var idleTune: [UInt8] {
    get throws {
      let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
      return Array(
        try Data(contentsOf: root.appendingPathComponent("Examples/Media/idle_tune.mp3")))
    }
  }
}
