import Glibc
import PinstripeFiles
import PinstripeTags

extension CoverSource {
  /// The picture of a track: in its tags, or, missing that, beside it.
  ///
  /// - Returns: nil when there is none.
  /// - Throws: ``PictureError`` where there is one, and none that can be used.
  static func find(for track: String) throws(PictureError) -> CoverSource? {
    var failure: PictureError?
    do throws(PictureError) {
      if let bytes = embedded(in: track) {
        return try CoverSource(track, bytes, isEmbedded: true)
      }
    } catch {
      failure = error
    }
    guard let path = beside(track) else {
      if let failure { throw failure }
      return nil
    }
    return try CoverSource(path, contents(of: path), isEmbedded: false)
  }

  /// The picture file of a folder that has music in it.
  ///
  /// - Returns: folder.jpg, cover.jpg and the like in any case, in this order.
  static func beside(_ path: String) -> String? {
    let folder = AtomicFile.folder(of: path)
    guard let names = try? SystemFolder.names(in: folder) else { return nil }
    let found = Dictionary(names.sorted().map { ($0.lowercased(), $0) }) { first, _ in first }
    return Self.names.lazy.compactMap { found[$0] }.first.map { "\(folder)/\($0)" }
  }

  /// The picture's bytes, as the source has them.
  func load() throws(PictureError) -> [UInt8] {
    guard isEmbedded else { return try Self.contents(of: path) }
    guard let bytes = Self.embedded(in: path) else {
      throw PictureError(code: .unknown, reason: "it is no longer there")
    }
    return bytes
  }

  /// Whether the file is as it was.
  static func isUnchanged(_ path: String, _ size: UInt64, _ modified: Int64) -> Bool {
    guard let status = try? SystemFile.status(of: path) else { return false }
    return UInt64(clamping: status.st_size) == size && time(status) == modified
  }

  private init(_ path: String, _ bytes: [UInt8], isEmbedded: Bool) throws(PictureError) {
    let header = try PictureHeader.checked(bytes)
    guard let status = try? SystemFile.status(of: path) else {
      throw PictureError(code: .unknown, reason: "it is no longer there")
    }
    self.init(
      path: path, isEmbedded: isEmbedded, width: header.width, height: header.height,
      size: UInt64(clamping: status.st_size), modified: Self.time(status))
  }

  private static func embedded(in path: String) -> [UInt8]? {
    guard let source = try? FileSource(path: path), source.length != nil,
      let metadata = try? TrackMetadata.embedded(in: PeekableSource(source))
    else { return nil }
    // The first that may be one; programs add icons and the like behind the cover.
    let pictures = metadata.pictures.map(\.bytes)
    return pictures.first { PictureHeader($0) != nil } ?? pictures.first
  }

  private static func contents(of path: String) throws(PictureError) -> [UInt8] {
    do throws(FileError) {
      return try SystemFile.contents(of: path, atMost: PictureHeader.maximumBytes)
    } catch {
      throw error.code == EFBIG
        ? PictureError(
          code: .tooLarge, reason: "it has more than \(PictureHeader.maximumBytes >> 20) MiB")
        : PictureError(code: .unknown, reason: "it cannot be read")
    }
  }

  private static func time(_ status: stat) -> Int64 {
    Int64(status.st_mtim.tv_sec) &* 1_000_000_000 &+ Int64(status.st_mtim.tv_nsec)
  }

  private static let names = [
    "folder.jpg", "cover.jpg", "folder.jpeg", "cover.jpeg", "folder.png", "cover.png",
  ]
}
