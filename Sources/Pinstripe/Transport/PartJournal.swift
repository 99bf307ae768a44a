import Glibc
import PinstripeFiles
import PinstripeProfiles
import Synchronization

/// What is known of the track that was being sent to a player last: enough to go on with it.
///
/// ```
/// {"place": "Music/Song.pst", "name": ".pinstripe-1b2c.part",
///  "source": "SHA-256 of …", "header": "SHA-256 of the track's header area"}
/// ```
/// It is one object of JSON in a file of its own (mode 0600), written before the first byte is sent and
/// removed when the track has its name. No key stands in it: that is unwrapped from the header on the
/// player, and only if it is the journalled one. Without the journal all is sent again, under a new key.
public final class PartJournal: Sendable {
  /// A track that was being sent.
  struct Part: Sendable, Equatable {
    /// Its path from the storage's root.
    var place: String
    /// The temporary name that it has.
    var name: String
    /// What ``ResumableStream/fingerprint()`` said; empty where nothing is encrypted.
    var source: String
    /// SHA-256 of its header area, in hexadecimal digits; empty where nothing is encrypted.
    var header: String
  }

  /// The fewest bytes of a track that is journalled: what players take in a second or two.
  ///
  /// Below that it costs more to remember a track (a file that is forced to the disk, a digest
  /// beforehand) than to send it twice.
  public static let standardMinimum: UInt64 = 8 << 20

  let minimum: UInt64
  private let path: String
  private let state: Mutex<Part?>
  private static let maximumSize = 16 << 10

  /// Opens a journal, which need not exist.
  ///
  /// One that cannot be read counts as none.
  ///
  /// - Parameters:
  ///   - path: The file; its folder is made when it is needed.
  ///   - minimum: The fewest bytes of a track that is journalled.
  public init(path: String, minimum: UInt64 = standardMinimum) {
    self.path = path
    self.minimum = minimum
    state = Mutex(Self.read(path))
  }

  /// The track that was being sent, if any.
  var part: Part? { state.withLock { $0 } }

  /// Remembers a track.
  ///
  /// - Returns: Whether it is on the disk; a track that is not can be sent all the same.
  func begin(_ part: Part) -> Bool {
    do throws(FileError) {
      try SystemFolder.makeAll(AtomicFile.folder(of: path))
      try AtomicFile.write(Array((Self.line(part) + "\n").utf8), to: path)
    } catch {
      forget()
      return false
    }
    state.withLock { $0 = part }
    return true
  }

  /// Forgets the track: it has its name, or is gone.
  func forget() {
    state.withLock { $0 = nil }
    unlink(path)
  }

  private static func line(_ part: Part) -> String {
    JSON.object([
      ("place", .string(part.place)), ("name", .string(part.name)),
      ("source", .string(part.source)), ("header", .string(part.header)),
    ]).line
  }

  private static func read(_ path: String) -> Part? {
    guard let bytes = try? SystemFile.contents(of: path, atMost: maximumSize),
      let members = (try? JSONValue(parsing: bytes, file: ""))?.members
    else { return nil }
    let values = Dictionary(members.map { ($0.key, $0.value) }) { first, _ in first }
    guard let place = values["place"]?.string, let name = values["name"]?.string,
      let source = values["source"]?.string, let header = values["header"]?.string,
      TrackPath(place) != nil, TrackName.isTemporary(name)
    else { return nil }
    return Part(place: place, name: name, source: source, header: header)
  }
}

extension PartJournal {
  /// The journal of a player, beside its ledger.
  ///
  /// - Throws: As ``SyncLedger/path(forPlayer:)``, and what the player says.
  public convenience init(of transport: any Transport) async throws {
    let player = try await transport.identity(making: false) ?? transport.playerName
    self.init(path: try SyncLedger.path(forPlayer: player) + ".part")
  }
}
