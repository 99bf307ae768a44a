import CSystem

/// What the player was asked to do.
struct Options {
  enum Action {
    case wav, raw, decrypt, info
  }

  typealias Text = UnsafePointer<CChar>

  var action = Action.wav
  var keybox: Text?
  var grants = InlineArray<7, Text?>(repeating: nil)
  var grantCount = 0
  var track: Text?
  var allowsTest = false
  var allowsClear = false
  var startSecond: UInt32 = 0
  var wantsHelp = false

  static let usage: StaticString = """
    usage: pinstripe-player --keybox FILE [OPTION…] TRACK.pst > out.wav
      --keybox FILE    what the factory gave this device: its secret and its name
      --grant FILE     the key of a user or group, granted to this device; up to 7 times
      --wav            a WAV file on stdout (this is the default)
      --raw            bare samples: signed, 16 bits, interleaved
      --decrypt        the decrypted file itself, not decoded
      --info           what the track is, one property a line
      --from SECONDS   start there; with --wav and --raw
      --allow-test     accept a TEST keybox; a player in production must not
      --allow-clear    play unprotected tracks too
    exit codes: 0 done, 64 usage, 65 damaged or edited track, keybox or grant, 66 a file cannot be
      read, 69 sound that this player cannot decode, 70 cryptography failed, 74 stdout cannot be
      written, 77 refused: not this device's track, rights that forbid it, a TEST keybox, an
      unprotected track

    """

  /// Reads the arguments; nil after a sentence on stderr.
  init?(_ count: Int32, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) {
    var index = 1
    func next() -> Text? {
      guard index < Int(count), let text = arguments[index] else { return nil }
      index += 1
      return Text(text)
    }
    while let text = next() {
      if text.equals("--keybox") {
        keybox = next()
      } else if text.equals("--grant") {
        guard grantCount < DeviceKeys.maximumGrants, let grant = next() else {
          say("error: --grant takes a file, at most 7 times.\n")
          return nil
        }
        grants[grantCount] = grant
        grantCount += 1
      } else if text.equals("--wav") {
        action = .wav
      } else if text.equals("--raw") {
        action = .raw
      } else if text.equals("--decrypt") {
        action = .decrypt
      } else if text.equals("--info") {
        action = .info
      } else if text.equals("--allow-test") {
        allowsTest = true
      } else if text.equals("--allow-clear") {
        allowsClear = true
      } else if text.equals("--from") {
        guard let seconds = next()?.decimal else {
          say("error: --from takes a whole number of seconds.\n")
          return nil
        }
        startSecond = seconds
      } else if text.equals("--help") || text.equals("-h") {
        wantsHelp = true
        return
      } else if text[0] == 0x2D || track != nil {
        say("error: '", text, "' is no option of this player, or one track too many.\n")
        return nil
      } else {
        track = text
      }
    }
    guard keybox != nil, track != nil else {
      say("error: --keybox FILE and a TRACK.pst are needed.\n")
      return nil
    }
  }
}

extension UnsafePointer<CChar> {
  func equals(_ word: StaticString) -> Bool {
    strcmp(self, UnsafeRawPointer(word.utf8Start).assumingMemoryBound(to: CChar.self)) == 0
  }

  /// The number that the whole text is, up to nine digits.
  var decimal: UInt32? {
    var value: UInt32 = 0
    var index = 0
    while self[index] != 0 {
      let byte = self[index]
      guard byte >= 0x30, byte <= 0x39, index < 9 else { return nil }
      value = value * 10 + UInt32(byte - 0x30)
      index += 1
    }
    return index > 0 ? value : nil
  }
}
