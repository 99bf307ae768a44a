/// What went wrong, for programs and for people.
///
/// The code is what a program decides by; ``message`` is one full sentence that names the file, the
/// player and the way out; ``underlying`` is the error of the floor below, for logs. Two errors are
/// equal when their codes are. None contains a byte of a key.
public struct PinstripeError: Error, Sendable {
  /// What happened.
  public let code: Code
  /// One sentence for the person.
  public let message: String
  /// The error that caused this one.
  public let underlying: (any Error)?

  /// Creates an error.
  public init(_ code: Code, _ message: String, underlying: (any Error)? = nil) {
    self.code = code
    self.message = message
    self.underlying = underlying
  }

  /// The kinds of failure, as the tool's JSON spells them.
  public struct Code: RawRepresentable, Hashable, Sendable {
    /// The word.
    public let rawValue: String

    /// Takes any word: codes of later versions survive.
    public init(rawValue: String) {
      self.rawValue = rawValue
    }
  }
}

extension PinstripeError: Equatable {
  /// Compares the codes.
  public static func == (first: PinstripeError, second: PinstripeError) -> Bool {
    first.code == second.code
  }
}

extension PinstripeError: CustomStringConvertible {
  /// The sentence.
  public var description: String { message }
}

extension PinstripeError.Code {
  /// An option has a value it cannot have.
  public static let usage = Self(rawValue: "usage")
  /// The input is missing or cannot be read.
  public static let noInput = Self(rawValue: "no-input")
  /// The output cannot be written: no room, no permission, no such folder.
  public static let noOutput = Self(rawValue: "no-output")
  /// The file is no track, is damaged, or was edited.
  public static let badTrack = Self(rawValue: "bad-track")
  /// The track is for another device, or the key does not open it.
  public static let wrongKey = Self(rawValue: "wrong-key")
  /// The key store, a keybox or a playback key cannot be used.
  public static let keys = Self(rawValue: "keys")
  /// No player is attached, or none of that name.
  public static let noPlayer = Self(rawValue: "no-player")
  /// The system does not let this user talk to the player.
  public static let noPermission = Self(rawValue: "no-permission")
  /// Another program holds the player.
  public static let playerBusy = Self(rawValue: "player-busy")
  /// The player went away in the middle, or its session was lost, or it does not answer any more.
  public static let playerGone = Self(rawValue: "player-gone")
  /// The player refused, or broke the protocol.
  public static let playerRefused = Self(rawValue: "player-refused")
  /// The player has no room for the track.
  public static let playerFull = Self(rawValue: "player-full")
  /// The player holds nothing of that name.
  public static let notOnPlayer = Self(rawValue: "not-on-player")
  /// The player holds something of that name already.
  public static let alreadyOnPlayer = Self(rawValue: "already-on-player")
  /// A profile file cannot be used.
  public static let profile = Self(rawValue: "profile")
  /// The work was cancelled.
  public static let cancelled = Self(rawValue: "cancelled")
  /// libcrypto or the system failed in a way that has no better word.
  public static let system = Self(rawValue: "system")
}
