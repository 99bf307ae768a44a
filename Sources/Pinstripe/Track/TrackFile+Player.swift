import Glibc
import PinstripeCore
import PinstripeFiles
public import PinstripeKeys

extension TrackFile {
  /// What a track that lies on a player says of itself, without reading its music.
  ///
  /// Its header area and what follows the payload are copied to an unlinked temporary file, still
  /// encrypted, and opened there.
  ///
  /// - Parameter keys: The wrapping keys to try.
  /// - Returns: nil for what is no track, is damaged, or is for others.
  /// - Throws: ``PinstripeError`` when the player cannot be read.
  public static func examine(
    _ track: StoredTrack, on transport: any Transport, keys: [WrappingKey]
  ) async throws -> (metadata: TrackMetadata, description: TrackDescription)? {
    let headerSize = UInt64(TrackLayout.headerAreaSize)
    // A file here is no larger than that, and a player may say anything.
    guard let size = track.size, size >= headerSize, size <= maximumSize else { return nil }
    let copy: SparseCopy
    do throws(FileError) {
      copy = try SparseCopy(of: track.name, size: size)
    } catch {
      throw PinstripeError(writing: error)
    }
    let head = try await copy.take(0..<headerSize, from: transport)
    guard let header = try? MainHeader(decoding: head.span) else { return nil }
    var contentLength = header.contentLength
    if header.hasTrailer {
      let start = size - min(size, UInt64(TrackLayout.trailerSize))
      let bytes = try await copy.take(start..<size, from: transport)
      guard let trailer = try? Trailer(decoding: bytes.span) else { return nil }
      contentLength = trailer.contentLength
    }
    guard contentLength <= size - headerSize else { return nil }
    let tail = headerSize + contentLength..<size
    guard tail.upperBound - tail.lowerBound <= maximumTail else { return nil }
    _ = try await copy.take(tail, from: transport)
    do throws(PinstripeError) {
      let file = try TrackFile(
        FileStorage(copy: copy.takeFile(), size: size, path: track.name), keys: keys)
      return (file.metadata, file.description)
    } catch {
      guard error.code == .badTrack || error.code == .wrongKey else { throw error }
      return nil
    }
  }

  /// 16 TiB, as many as ext4's largest file has.
  private static let maximumSize: UInt64 = 1 << 44
  /// Metadata of 16 MiB and the frame map of hours of music.
  private static let maximumTail: UInt64 = 64 << 20
}

/// Parts of a track, each where it is in the track.
private final class SparseCopy {
  private let file: SystemFile
  private let name: String

  init(of name: String, size: UInt64) throws(FileError) {
    self.name = name
    file = try SystemFile.temporary()
    guard ftruncate(file.descriptor, off_t(clamping: size)) == 0 else {
      throw FileError(code: errno, operation: "extend", path: file.path)
    }
  }

  /// Reads a range, and returns it when it is short enough to be looked at.
  func take(_ range: Range<UInt64>, from transport: any Transport) async throws -> [UInt8] {
    var bytes: [UInt8] = []
    var offset = range.lowerBound
    try await transport.read(name, range: range) { part in
      try self.file.write(part, at: Int(offset))
      offset += UInt64(part.count)
      if offset - range.lowerBound <= UInt64(TrackLayout.headerAreaSize) { bytes += part }
    }
    return bytes
  }

  /// The file, as a descriptor of its own.
  func takeFile() -> SystemFile {
    SystemFile(descriptor: dup(file.descriptor), path: name, owns: true)
  }
}
