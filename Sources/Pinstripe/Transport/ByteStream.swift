public import PinstripeProfile

/// What a file is, for a player that indexes by it.
public enum FileKind: Sendable, Equatable {
  /// Music.
  case audio(AudioFormat)
  /// A picture.
  case picture(ArtFormat)
  /// A playlist that is a file.
  case playlist(PlaylistKind)
}

/// Bytes of known length that are produced in order, in the buffers that go to the wire.
public protocol ByteStream: AnyObject {
  /// Bytes in all; nil when only the end will tell.
  var length: UInt64? { get }

  /// What a player is told that it is; nil for a track, which has the profile's format.
  var kind: FileKind? { get }

  /// What a player is told of the work.
  var properties: TrackProperties? { get }

  /// Produces the next bytes.
  ///
  /// - Parameter buffer: The first one holds at least ``TrackStream/minimumBuffer`` bytes, or all
  ///   that there are.
  /// - Returns: How many bytes were written: all of the buffer, and less only at the end.
  /// - Throws: ``PinstripeError``.
  func read(into buffer: UnsafeMutableRawBufferPointer) throws(PinstripeError) -> Int
}

extension ByteStream {
  /// A track: what it contains is the decoder's business.
  public var kind: FileKind? { nil }
  /// Nothing.
  public var properties: TrackProperties? { nil }
}

extension TrackStream: ByteStream {}

/// A source as it is: a track that was packed before, or a file for players that cannot decrypt.
public final class ClearStream: ByteStream {
  /// Bytes in all.
  public var length: UInt64? { source.length }
  /// What a player is told that it is.
  public let kind: FileKind?
  /// What a player is told of the work.
  public var properties: TrackProperties?
  private var source: any MediaSource
  private var offset: UInt64 = 0

  /// Wraps a source.
  ///
  /// - Parameter format: ``PinstripeProfile/AudioFormat/of(_:)`` tells it; nil for a track.
  public convenience init(_ source: any MediaSource, format: AudioFormat? = nil) {
    self.init(source, kind: format.map { .audio($0) })
  }

  /// Wraps a source of a kind.
  public init(_ source: any MediaSource, kind: FileKind?) {
    self.source = source
    self.kind = kind
  }

  /// Begins again.
  func rewind() { offset = 0 }

  /// Produces the next bytes.
  public func read(into buffer: UnsafeMutableRawBufferPointer) throws(PinstripeError) -> Int {
    // A source that grew meanwhile is sent as long as it was.
    let left = length.map { Int(clamping: $0 - min($0, offset)) } ?? buffer.count
    let part = UnsafeMutableRawBufferPointer(rebasing: buffer[..<min(left, buffer.count)])
    let count = try source.fill(part, at: offset)
    guard count == part.count || length == nil else { throw .changed(source.name) }
    offset += UInt64(count)
    return count
  }
}
