public import PinstripeProfile

/// The way to one player: its tracks, playlists, pictures and descriptor, and the free space.
///
/// Names are paths below the player's music folder, "Song.pst" or "Artist/Album/Song.pst"; folders are
/// made where they are missing. Nothing half-sent is ever visible under its final name: bytes go under a
/// temporary name, are verified, and then get theirs. Leftovers of an earlier attempt that was cut off
/// are removed, or gone on with, by the next ``put(_:named:replacing:progress:)``.
public protocol Transport: AnyObject, Sendable {
  /// The player, for sentences.
  var playerName: String { get }

  /// What tells this player from others of its model, as far as it lets anybody know.
  ///
  /// - Parameter making: Whether a mounted volume that has no mark yet gets one, the hidden file
  ///   `.pinstripe-id`.
  /// - Returns: nil for a volume without a mark.
  func identity(making: Bool) async throws(PinstripeError) -> String?

  /// The tracks in the music folder and the folders in it, by name.
  ///
  /// - Parameter tidying: Whether what an attempt left that was cut off is removed on the way, and a
  ///   track that was set aside for its successor gets its name back.
  func list(tidying: Bool) async throws(PinstripeError) -> [StoredTrack]

  /// What is in one folder below the music folder, and not in folders in it.
  ///
  /// - Parameter folder: "" is the music folder itself.
  /// - Throws: ``PinstripeError``.
  func list(in folder: String) async throws(PinstripeError) -> [StoredTrack]

  /// Why the player cannot keep a file of a kind at a place, as a clause; nil where it can, as far as is
  /// known before it is sent.
  ///
  /// - Parameters:
  ///   - kind: As in ``ByteStream/kind``.
  ///   - name: Its path below the music folder.
  func complaint(about kind: FileKind?, at name: String) -> String?

  /// Bytes of the largest file that the player holds.
  var largestFile: UInt64 { get }

  /// Whether a track that was cut off may be there under its final name, as on players that cannot rename.
  var showsParts: Bool { get }

  /// Sends a track.
  ///
  /// - Parameters:
  ///   - stream: Its bytes, whose length must be known.
  ///   - name: Its file name; ``TrackName`` makes one that the player can hold.
  ///   - replacing: Whether a track of that name is replaced; it stays until the new one is whole.
  ///     Some players can neither rename nor hold two tracks of a name (``Quirk/noRename``): there
  ///     it is deleted before the first byte is sent.
  ///   - progress: Is told how many bytes the player has so far.
  /// - Returns: How many bytes the player had already, of an attempt that was cut off; 0 as a rule.
  /// - Throws: ``PinstripeError``; then nothing of it is visible on the player, and a track that was
  ///   to be replaced is still there, but for those players and for one that went away half-way and
  ///   cannot rename.
  @discardableResult
  func put(
    _ stream: any ByteStream, named name: String, replacing: Bool,
    progress: ((UInt64) -> Void)?
  ) async throws(PinstripeError) -> UInt64

  /// Deletes what is left of a track that was cut off and that the next attempt could go on with,
  /// unless it is for one of these names.
  func discardUnfinished(unlessFor names: Set<String>) async

  /// Deletes a track.
  ///
  /// - Throws: ``PinstripeError`` with the code ``PinstripeError/Code/notOnPlayer``, or another.
  func remove(_ name: String) async throws(PinstripeError)

  /// Reads a range of a track, as it is stored.
  ///
  /// - Parameters:
  ///   - range: From 0 to the track's size; what lies beyond is left out.
  ///   - sink: Is given the bytes in order, in buffers that are valid until it returns.
  /// - Throws: ``PinstripeError``, or what `sink` threw.
  func read(
    _ name: String, range: Range<UInt64>, into sink: (UnsafeRawBufferPointer) throws -> Void
  ) async throws

  /// What the player holds under a playlist's name.
  ///
  /// - Returns: nil when the player has no playlists.
  /// - Throws: ``PinstripeError``.
  func state(of playlist: Playlist) async throws(PinstripeError) -> PlaylistState?

  /// Puts a playlist on the player, in the form that it reads, in the place of one of that name.
  ///
  /// - Throws: ``PinstripeError``.
  func put(_ playlist: Playlist) async throws(PinstripeError)

  /// Removes a playlist, and none of its tracks; one that is not there is no error.
  ///
  /// - Throws: ``PinstripeError``.
  func remove(_ playlist: Playlist) async throws(PinstripeError)

  /// What lies in the player's `Pinstripe/device.pdev`, which ``descriptor()`` reads; nil when there is
  /// no such file, and of one that is too long at most one byte more than it may have.
  ///
  /// - Throws: ``PinstripeError``.
  func descriptorFile() async throws(PinstripeError) -> [UInt8]?

  /// How the player takes pictures as RepresentativeSampleData, where its profile says that it does.
  ///
  /// - Parameter limits: The profile's, which the player's own may narrow.
  /// - Throws: ``PinstripeError`` when the player does not answer.
  func sampleOffer(_ limits: CoverLimits) async throws(PinstripeError) -> CoverOffer

  /// The names of the albums that the player has as objects, whoever made them.
  ///
  /// - Throws: ``PinstripeError``.
  func albums() async throws(PinstripeError) -> Set<String>

  /// Puts a picture on the player, in the place of the one that is there.
  ///
  /// - Throws: ``PinstripeError``.
  func put(_ cover: Cover, _ picture: CoverPicture) async throws(PinstripeError)

  /// Removes a picture, and the album that was made for it; one that is not there is no error.
  ///
  /// - Throws: ``PinstripeError``.
  func remove(_ cover: Cover) async throws(PinstripeError)

  /// Free space on the storage, in bytes.
  func freeSpace() async throws(PinstripeError) -> UInt64

  /// Ends the connection; nothing can be asked afterwards.
  func close() async
}

extension Transport {
  /// None: a disk keeps any file anywhere.
  public func complaint(about kind: FileKind?, at name: String) -> String? { nil }

  /// Refuses what is too large for the player before any of it is read.
  ///
  /// - Throws: ``PinstripeError`` with the code ``PinstripeError/Code/playerFull``.
  public func admit(_ source: any MediaSource) throws(PinstripeError) {
    guard source.length ?? 0 <= largestFile else {
      throw .tooLarge(for: playerName, limit: largestFile)
    }
  }

  /// No: a disk can rename.
  public var showsParts: Bool { false }

  /// Nothing: no part is kept.
  public func discardUnfinished(unlessFor names: Set<String>) async {}

  /// The tracks in the music folder and the folders in it, by name; nothing is changed.
  public func list() async throws(PinstripeError) -> [StoredTrack] {
    try await list(tidying: false)
  }

  /// What is in one folder, out of all that there is.
  public func list(in folder: String) async throws(PinstripeError) -> [StoredTrack] {
    // On FAT two spellings of a folder are one.
    let wanted = TrackName.folded(folder)
    return try await list().filter { track in
      (TrackPath(track.name)?.folders.joined(separator: "/")).map(TrackName.folded) == wanted
    }
  }
}

extension Transport {
  /// A disk has files, and no properties.
  public func sampleOffer(_ limits: CoverLimits) async throws(PinstripeError) -> CoverOffer {
    .none("the player takes pictures over MTP only")
  }

  /// None.
  public func albums() async throws(PinstripeError) -> Set<String> { [] }

  /// Puts a picture beside its tracks.
  public func put(_ cover: Cover, _ picture: CoverPicture) async throws(PinstripeError) {
    if case .file(let place) = cover.delivery { try await put(picture, at: place) }
  }

  /// Removes a picture from beside its tracks.
  public func remove(_ cover: Cover) async throws(PinstripeError) {
    if case .file(let place) = cover.delivery { try await removePicture(at: place) }
  }

  func put(_ picture: CoverPicture, at place: String) async throws(PinstripeError) {
    let stream = ClearStream(
      BytesSource(name: place, bytes: picture.bytes), kind: .picture(picture.format))
    try await put(stream, named: place, replacing: true, progress: nil)
  }

  func removePicture(at place: String) async throws(PinstripeError) {
    do throws(PinstripeError) {
      try await remove(place)
    } catch {
      guard error.code == .notOnPlayer else { throw error }
    }
  }
}

/// A track on a player.
public struct StoredTrack: Sendable, Equatable {
  /// Its path below the music folder, with "/" between folders.
  public let name: String
  /// Its size in bytes; nil when the player cannot say (over 4 GiB on some).
  public let size: UInt64?
  /// What the player takes it for, as far as it says so; nil for tracks that only a decoder reads.
  public let format: AudioFormat?

  /// Creates an entry.
  public init(name: String, size: UInt64?, format: AudioFormat? = nil) {
    self.name = name
    self.size = size
    self.format = format
  }
}
