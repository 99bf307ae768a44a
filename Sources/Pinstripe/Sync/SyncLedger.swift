import Glibc
import PinstripeFiles
import PinstripeProfiles

/// What this computer has put on a player: one line of JSON for each change, in a file of its own.
///
/// It is a cache but for one thing: only what stands in it is ever removed from a player. A line counts
/// when it is on the disk; one that was cut off by a crash, or that nobody can read, is passed over.
public final class SyncLedger {
  /// A track that was put on the player.
  public struct Entry: Sendable, Equatable {
    /// Its path below the music folder.
    public var place: String
    /// The file that it was made of.
    public var source: String
    /// That file's size in bytes.
    public var size: UInt64
    /// When that file was last changed, in nanoseconds since 1970-01-01 00:00 UTC.
    public var modified: Int64
    /// Bytes on the player.
    public var stored: UInt64
    /// How it is encrypted and for whom, in a form of our own; "none" for a file as it is.
    public var protection: String
    /// Its place as the source spells it; empty in lines of old.
    public var original: String

    /// Creates an entry.
    public init(
      place: String, source: String, size: UInt64, modified: Int64, stored: UInt64,
      protection: String, original: String = ""
    ) {
      self.place = place
      self.source = source
      self.size = size
      self.modified = modified
      self.stored = stored
      self.protection = protection
      self.original = original
    }
  }

  /// What it says.
  public struct Contents: Sendable {
    /// What is on the player, by place.
    public var entries: [String: Entry] = [:]
    /// What was being sent when a sync was broken off, by place: all of it may be there, a part, or
    /// nothing.
    public private(set) var pending: [String: Entry] = [:]
    /// The most bytes that any unfinished attempt for a place was to have.
    private var limits: [String: UInt64] = [:]

    /// Says nothing.
    public init() {}

    /// Says that a track is about to be sent.
    mutating func begin(_ entry: Entry) {
      pending[entry.place] = entry
      limits[entry.place] = max(limits[entry.place] ?? 0, entry.stored)
    }

    /// Says that no attempt for a place is unfinished.
    mutating func settle(_ place: String) {
      pending[place] = nil
      limits[place] = nil
    }

    /// What was being sent to a track's place, where the track can be that: all of it, or a part.
    ///
    /// A part may be of an attempt before the last one, which never got as far as to replace it.
    func unfinished(_ track: StoredTrack) -> Entry? {
      guard let limit = limits[track.name], let size = track.size, size <= limit else { return nil }
      return pending[track.name]
    }

    /// The attempts, as lines to be read again.
    var attempts: [Entry] {
      pending.values.flatMap { entry in
        var largest = entry
        largest.stored = limits[entry.place] ?? entry.stored
        return largest.stored > entry.stored ? [largest, entry] : [entry]
      }
    }
  }

  /// What it says.
  public private(set) var contents = Contents()
  private let file: SystemFile
  private let lock: SystemFile
  private static let maximumSize = 256 << 20

  /// Opens a player's ledger, and makes it when there is none.
  ///
  /// - Parameter path: The file; it is its owner's only (mode 0600), for it says what somebody hears.
  /// - Throws: ``PinstripeError`` with the code ``PinstripeError/Code/playerBusy`` while another
  ///   program has it, or ``PinstripeError/Code/noOutput``.
  public init(path: String) throws(PinstripeError) {
    do throws(FileError) {
      try SystemFolder.makeAll(AtomicFile.folder(of: path))
      // The lock goes with a file that is never replaced.
      lock = try SystemFile(opening: path + ".lock", O_RDWR | O_CREAT, mode: 0o600)
      // A child process between fork and exec still has the lock that its parent let go of.
      var attempts = 0
      while try !lock.lock() {
        attempts += 1
        guard attempts < 50 else {
          throw FileError(code: EWOULDBLOCK, operation: "lock", path: path)
        }
        usleep(20_000)
      }
      let (lines, isWhole) = try Self.read(path, &contents)
      if lines > 2 * contents.entries.count + 1000 { try Self.write(contents, to: path) }
      file = try SystemFile(opening: path, O_WRONLY | O_CREAT | O_APPEND, mode: 0o600)
      // A line that was cut off must not swallow the next one.
      if !isWhole { try Self.append("\n", to: file) }
    } catch {
      guard error.code != EWOULDBLOCK else {
        throw PinstripeError(
          .playerBusy, "Another sync with this player is running; wait until it is done.")
      }
      throw PinstripeError(writing: error)
    }
  }

  /// Opens the ledger of a player, which gets a mark for it where it has none.
  ///
  /// - Throws: As ``init(path:)``, and what the player says.
  public convenience init(of transport: any Transport) async throws {
    let player = try await transport.identity(making: true) ?? transport.playerName
    try self.init(path: try Self.path(forPlayer: player))
  }

  /// What the ledger of a player says, without changing anything; nothing when there is none.
  ///
  /// - Throws: ``PinstripeError`` when it cannot be read.
  public static func contents(of transport: any Transport) async throws -> Contents {
    var contents = Contents()
    guard let player = try await transport.identity(making: false) else { return contents }
    let path = try path(forPlayer: player)
    do throws(FileError) {
      _ = try read(path, &contents)
    } catch {
      throw PinstripeError(reading: error)
    }
    return contents
  }

  /// Reads a ledger that may not be there; returns how many lines it has, and whether the last one has
  /// an end.
  private static func read(
    _ path: String, _ contents: inout Contents
  ) throws(FileError) -> (lines: Int, isWhole: Bool) {
    guard access(path, F_OK) == 0 else { return (0, true) }
    let newline = UInt8(ascii: "\n")
    let bytes = try SystemFile.contents(of: path, atMost: maximumSize)
    let lines = bytes.split(separator: newline)
    for line in lines { apply(line, to: &contents) }
    return (lines.count, bytes.last ?? newline == newline)
  }

  /// Says that a track is about to be sent.
  ///
  /// - Throws: ``PinstripeError`` with the code ``PinstripeError/Code/noOutput``.
  public func begin(_ entry: Entry) throws(PinstripeError) {
    try append(Self.line("sending", entry))
    contents.begin(entry)
  }

  /// Says that a track is on the player.
  ///
  /// - Throws: ``PinstripeError`` with the code ``PinstripeError/Code/noOutput``.
  public func record(_ entry: Entry) throws(PinstripeError) {
    try append(Self.line("put", entry))
    contents.entries[entry.place] = entry
    contents.settle(entry.place)
  }

  /// Says that a track that was to be sent did not come, so that nothing of it is on the player.
  ///
  /// - Throws: ``PinstripeError`` with the code ``PinstripeError/Code/noOutput``.
  public func withdraw(_ place: String) throws(PinstripeError) {
    try append(JSON.object([("withdrawn", .string(place))]).line)
    contents.settle(place)
  }

  /// Says that a track is no longer on the player.
  ///
  /// - Throws: ``PinstripeError`` with the code ``PinstripeError/Code/noOutput``.
  public func forget(_ place: String) throws(PinstripeError) {
    try append(JSON.object([("removed", .string(place))]).line)
    contents.entries[place] = nil
    contents.settle(place)
  }

  private func append(_ line: String) throws(PinstripeError) {
    do throws(FileError) {
      try Self.append(line + "\n", to: file)
      try file.synchronize()
    } catch {
      throw PinstripeError(writing: error)
    }
  }

  private static func append(_ text: String, to file: borrowing SystemFile) throws(FileError) {
    let bytes = Array(text.utf8)
    try bytes.span.withUnsafeBytes { bytes throws(FileError) in try file.write(bytes) }
  }

  private static func write(_ contents: Contents, to path: String) throws(FileError) {
    let file = try AtomicFile(replacing: path, mode: 0o600)
    for entry in contents.entries.values { try append(line("put", entry) + "\n", to: file.file) }
    for entry in contents.attempts {
      try append(line("sending", entry) + "\n", to: file.file)
    }
    try file.commit()
  }

  private static func line(_ verb: String, _ entry: Entry) -> String {
    JSON.object([
      (verb, .string(entry.place)), ("source", .string(entry.source)),
      ("size", .number(entry.size)), ("modified", .string("\(entry.modified)")),
      ("stored", .number(entry.stored)), ("protection", .string(entry.protection)),
      ("original", .string(entry.original)),
    ]).line
  }

  private static func apply(_ line: ArraySlice<UInt8>, to contents: inout Contents) {
    guard let members = (try? JSONValue(parsing: Array(line), file: ""))?.members else { return }
    let values = Dictionary(members.map { ($0.key, $0.value) }) { first, _ in first }
    if let place = values["removed"]?.string {
      contents.entries[place] = nil
      contents.settle(place)
      return
    }
    if let place = values["withdrawn"]?.string {
      contents.settle(place)
      return
    }
    guard let place = values["put"]?.string ?? values["sending"]?.string,
      let source = values["source"]?.string,
      let size = values["size"]?.number, let stored = values["stored"]?.number,
      let modified = values["modified"]?.string.flatMap({ Int64($0) }),
      let protection = values["protection"]?.string
    else { return }
    let entry = Entry(
      place: place, source: source, size: size, modified: modified, stored: stored,
      protection: protection, original: values["original"]?.string ?? "")
    if values["put"] == nil {
      contents.begin(entry)
    } else {
      contents.entries[place] = entry
      contents.settle(place)
    }
  }
}

extension SyncLedger {
  /// Where the ledger of a player lies: in `$XDG_STATE_HOME/pinstripe/players`, or else in
  /// `~/.local/state/pinstripe/players` (XDG Base Directory Specification 0.8).
  ///
  /// - Parameter player: What tells the player from others, ``Transport/identity(making:)``.
  /// - Throws: ``PinstripeError`` with the code ``PinstripeError/Code/noOutput`` when neither variable is
  ///   set.
  public static func path(forPlayer player: String) throws(PinstripeError) -> String {
    let path = find(player) { name in getenv(name).map { String(cString: $0) } }
    guard let path else {
      throw PinstripeError(
        .noOutput, "Nobody knows where to keep what was sent; set HOME or XDG_STATE_HOME.")
    }
    return path
  }

  /// The same with the environment given.
  static func find(_ player: String, environment: (String) -> String?) -> String? {
    let name = player.utf8.prefix(150).map { byte -> Unicode.Scalar in
      switch byte {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"): return Unicode.Scalar(byte)
      default: return "_"
      }
    }
    return StateFolder.find(
      "players/\(String(String.UnicodeScalarView(name))).jsonl", environment: environment)
  }
}
