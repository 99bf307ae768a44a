import CSystem

/// What the player was asked to do.
struct Options {
  enum Action {
    case card, wav, raw, decrypt, info, makeState, describe
  }

  typealias Name = UnsafePointer<CChar>

  var action = Action.card
  var keybox: Name?
  var grants = InlineArray<7, Name?>(repeating: nil)
  var grantCount = 0
  var sources: [Name] = []
  var card: Name = ("default" as StaticString).pointer
  var control: Name?
  var state: Name?
  var descriptor: Name?
  var revision: UInt32 = 1
  var codecs: Name?
  var allowsTest = false
  var allowsClear = false
  var stays = false
  var startSecond: UInt32 = 0
  var volume: UInt32 = 100
  var wantsHelp = false

  static let usage: StaticString = """
    usage: pinstripe-player --keybox FILE [OPTION…] TRACK.pst|FOLDER|LIST.m3u…
      --keybox FILE    what the factory gave this device: its secret and its name
      --grant FILE     the key of a user or group, granted to this device; up to 7 times
      --card NAME      the ALSA device that plays; "default" otherwise
      --wav            instead, a WAV file on stdout
      --raw            instead, bare samples on stdout: signed, 16 bits, interleaved
      --decrypt        instead, the decrypted file itself, not decoded
      --info           what the track is, one property a line
      --control FILE   a Unix socket that takes commands; README.md lists them
      --stay           wait for commands at the list's end, and at its start when it is empty
      --from SECONDS   start there in the first track
      --volume NUMBER  0 to 100; 100 otherwise, which leaves the samples as they are
      --state FILE     where plays are counted and the latest time is kept
      --new-state      make that file for this device, once, and end
      --describe FILE  say what this device is, for the desktop, and end: the file goes to
                       Pinstripe/device.pdev on the storage; its fingerprint is printed
      --revision N     the file's number, higher than the one before; 1 otherwise
      --codecs FOLDER  where the codec units are; beside the program, in "codecs", otherwise
      --allow-test     accept a TEST keybox; a player in production must not
      --allow-clear    play unprotected tracks too
    keys on a terminal: space pause, n next, p previous, arrows 10 seconds back and forth, + - volume,
      q quit
    exit codes, of several tracks the first that was passed over: 0 done, 64 usage, 65 damaged or
      edited track, list, keybox or grant, 66 a file cannot be read, 69 sound that this player
      cannot decode, 70 cryptography failed, 73 the control socket or the state cannot be made,
      74 the sound cannot be put out, 77 refused: not this device's track, rights that forbid it or
      cannot be counted, a TEST keybox, an unprotected track

    """

  /// Reads the arguments; nil after a sentence on stderr.
  init?(_ count: Int32, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) {
    var list = Arguments(count, arguments)
    while let text = list.next() {
      if text.equals("--help") || text.equals("-h") {
        wantsHelp = true
        return
      }
      guard text[0] == 0x2D else {
        sources.append(text)
        continue
      }
      guard readSwitch(text) || readValue(text, &list) else { return nil }
    }
    guard keybox != nil else {
      say("error: --keybox FILE is needed.\n")
      return nil
    }
    guard isComplete() else { return nil }
  }

  private func isComplete() -> Bool {
    switch action {
    case .makeState:
      guard state != nil, sources.isEmpty else {
        say("error: --new-state takes --state FILE and no track.\n")
        return false
      }
    case .describe:
      guard sources.isEmpty else {
        say("error: --describe takes no track.\n")
        return false
      }
    case .info, .decrypt:
      guard sources.count == 1 else {
        say("error: --info and --decrypt take one track.\n")
        return false
      }
    default:
      guard !sources.isEmpty else {
        say("error: a TRACK.pst, a folder of tracks or a LIST.m3u is needed.\n")
        return false
      }
      guard !stays || control != nil else {
        say("error: --stay waits for commands, so --control FILE is needed.\n")
        return false
      }
    }
    return true
  }

  private mutating func readSwitch(_ text: Name) -> Bool {
    if text.equals("--wav") {
      action = .wav
    } else if text.equals("--raw") {
      action = .raw
    } else if text.equals("--decrypt") {
      action = .decrypt
    } else if text.equals("--info") {
      action = .info
    } else if text.equals("--new-state") {
      action = .makeState
    } else if text.equals("--stay") {
      stays = true
    } else if text.equals("--allow-test") {
      allowsTest = true
    } else if text.equals("--allow-clear") {
      allowsClear = true
    } else {
      return false
    }
    return true
  }

  private mutating func readValue(_ text: Name, _ list: inout Arguments) -> Bool {
    func missing(_ what: StaticString) -> Bool {
      say("error: ", text, what)
      return false
    }
    if text.equals("--from") {
      guard let seconds = list.next()?.decimal else {
        return missing(" takes a whole number of seconds.\n")
      }
      startSecond = seconds
    } else if text.equals("--revision") {
      guard let number = list.next()?.decimal, number > 0 else {
        return missing(" takes a number from 1 on.\n")
      }
      revision = number
    } else if text.equals("--volume") {
      guard let number = list.next()?.decimal, number <= 100 else {
        return missing(" takes a number from 0 to 100.\n")
      }
      volume = number
    } else if text.equals("--grant") {
      guard grantCount < DeviceKeys.maximumGrants, let grant = list.next() else {
        return missing(" takes a file, at most 7 times.\n")
      }
      grants[grantCount] = grant
      grantCount += 1
    } else {
      return readName(text, &list)
    }
    return true
  }

  private mutating func readName(_ text: Name, _ list: inout Arguments) -> Bool {
    func take(_ name: inout Name?) -> Bool {
      name = list.next()
      if name == nil { say("error: ", text, " takes a name.\n") }
      return name != nil
    }
    if text.equals("--keybox") { return take(&keybox) }
    if text.equals("--control") { return take(&control) }
    if text.equals("--state") { return take(&state) }
    if text.equals("--codecs") { return take(&codecs) }
    if text.equals("--describe") {
      action = .describe
      return take(&descriptor)
    }
    if text.equals("--card") {
      var name: Name?
      guard take(&name), let name else { return false }
      card = name
      return true
    }
    say("error: '", text, "' is no option of this player.\n")
    return false
  }
}

/// The program's arguments, one after the other.
private struct Arguments {
  private let arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
  private let count: Int
  private var index = 1

  init(_ count: Int32, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) {
    self.arguments = arguments
    self.count = Int(count)
  }

  mutating func next() -> UnsafePointer<CChar>? {
    guard index < count, let text = arguments[index] else { return nil }
    index += 1
    return UnsafePointer(text)
  }
}
