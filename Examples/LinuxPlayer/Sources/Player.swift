import CPinstripe
import CSystem
import PinstripePlayer

/// A list of tracks being played into one output.
struct Player<Output: DeviceOutput & ~Copyable>: ~Copyable {
  enum Mode {
    case playing, paused, stopped
  }

  let options: Options
  let units: CodecUnits
  let keys: DeviceKeys
  var state: StateFile
  var list: Playlist
  var output: Output

  var mode = Mode.stopped
  /// The track that is open or was last, from 0 on.
  var current = 0
  private var playback: Playback<CodecDecoder>?
  /// What is known of the open track; all zero when none is.
  private(set) var sounding = Sounding()
  var volume: UInt32
  var isQuitting = false
  /// Whether somebody asked for the end.
  var isDismissed = false
  /// The output's failure, or else the first thing that went wrong.
  private(set) var outcome = ExitCode.done
  /// The track to try next, while tracks are passed over.
  private(set) var upcoming: Int?

  private var rights = pinstripe_rights()
  /// Whether the open track's play is still to be counted.
  var isUncounted = false
  private var format: PCMFormat?

  init(
    _ options: Options, _ units: CodecUnits, _ keys: consuming DeviceKeys, _ state: StateFile,
    _ list: Playlist, _ output: consuming Output
  ) {
    self.options = options
    self.units = units
    self.keys = keys
    self.state = state
    self.list = list
    self.output = output
    volume = options.volume
  }

  /// Remembers what went wrong: the first track that was passed over, unless the output fails, which is
  /// why the player ends.
  mutating func note(_ code: ExitCode) {
    if outcome == .done || code == .io { outcome = code }
  }

  /// What the program ends with, after `listed` was the first thing wrong with its lists.
  ///
  /// A player that stays ends well when it is told to, whatever it passed over until then.
  func exitCode(_ listed: ExitCode) -> ExitCode {
    if options.stays, isDismissed { return .done }
    return listed == .done || outcome == .io ? outcome : listed
  }

  /// How many tracks are passed over before signals and commands are looked at.
  private static var mostPassed: Int { 16 }

  /// Opens the first track from `index` on that can be played; stops where there is none, and after some
  /// leaves the others to the next turn.
  mutating func start(at index: Int) {
    close()
    mode = .stopped
    upcoming = nil
    var index = index
    let turn = index + Self.mostPassed
    while index < list.count, !isQuitting {
      guard index < turn else {
        upcoming = index
        break
      }
      current = index
      let code = open(list[index])
      if code == .done {
        mode = .playing
        return
      }
      note(code)
      index += 1
    }
    current = min(index, max(list.count - 1, 0))
  }

  /// Opens a track, with all that may stand against playing it.
  private mutating func open(_ path: UnsafePointer<CChar>) -> ExitCode {
    do throws(PlayerError) {
      let recipients = keys.recipients
      var track = try Track(
        try FileStorage(path: path), provider: keys.provider,
        recipients: recipients.span.extracting(first: keys.count), flags: options.openFlags)
      do throws(PlayerError) {
        rights = try track.readRights(keys.keybox, allowsTest: options.allowsTest)
      } catch {
        return report(rights: error, file: path)
      }
      if let reason = forbid(rights, &state, isCopied: false, file: path) { return reason }
      guard let unit = units.unit(for: track.codecTag, file: path) else { return .unavailable }
      let decoder = try CodecDecoder(track, unit)
      let frameCount = decoder.frameCount
      let opened = try Playback(codec: decoder)
      let format = opened.format
      if let code = try prepare(format, path) { return code }
      playback = consume opened
      sounding = Sounding(format: format, frameCount: frameCount)
      isUncounted = true
      return .done
    } catch {
      return report(error, file: path)
    }
  }

  /// Lets the output change over when the format does.
  private mutating func prepare(
    _ format: PCMFormat, _ path: UnsafePointer<CChar>
  ) throws(PlayerError) -> ExitCode? {
    if let now = self.format {
      if now.rate == format.rate, now.channels == format.channels { return nil }
      try output.finish()
    }
    self.format = nil
    do throws(PlayerError) {
      try output.begin(format)
    } catch {
      var text = Text()
      text.add(UInt64(format.rate))
      let rate = text.copy()
      defer { rate.deallocate() }
      say("error: ", path, " has a format that the output does not take, ")
      say("", rate, " Hz; play it by itself, or to a card that converts, as plughw:0 does.\n")
      return .unavailable
    }
    self.format = format
    return nil
  }

  /// Plays one portion of the open track; goes on to the next one at its end.
  mutating func step() {
    let path = list[current]
    if isUncounted {
      isUncounted = false
      // It may have been paused since it was opened.
      if let reason = forbid(rights, &state, isCopied: false, file: path) {
        note(reason)
        return start(at: current + 1)
      }
      guard state.begin(rights) else {
        say("error: ", path, " cannot be counted,")
        say(state.reason)
        say(".\n")
        note(.refused)
        return start(at: current + 1)
      }
      sounding.heard = 0
    }
    do throws(PlayerError) {
      let factor = gain
      playback?.volume = factor
      let more = try playback?.step(into: &output) ?? false
      let before = sounding.written
      sounding.written = playback?.position ?? 0
      sounding.heard += sounding.written - min(sounding.written, before)
      // Going back a little is part of a play, but not playing it again.
      if hasLimit, sounding.frameCount > 0,
        sounding.heard > sounding.frameCount + sounding.frameCount / 2
      {
        isUncounted = true
      }
      sounding.gaps = playback?.gaps ?? 0
      if more { return }
      if sounding.gaps > 0 {
        say("note: ", path, " is damaged; what could not be decoded was left silent.\n")
        note(.data)
      }
    } catch {
      note(report(error, file: path))
      if case .output = error { return end() }
    }
    start(at: current + 1)
  }

  /// Lets the last of the sound out.
  mutating func finish() {
    guard format != nil else { return }
    format = nil
    do throws(PlayerError) {
      try output.finish()
    } catch {
      note(report(error, file: currentName))
    }
  }

  /// The track's path, for sentences.
  var currentName: UnsafePointer<CChar> {
    list.count > 0 ? list[current] : ("the list" as StaticString).pointer
  }

  /// Ends without waiting for the output, which failed.
  private mutating func end() {
    close()
    format = nil
    isQuitting = true
  }

  /// The volume as a factor: its third power, because ears are logarithmic.
  var gain: Int32 {
    let cube = UInt64(volume) * UInt64(volume) * UInt64(volume)
    return Int32(truncatingIfNeeded: cube * UInt64(Ramp.unity) / 1_000_000)
  }

  /// The frame that sounds now, counted from the track's start.
  var soundingFrame: UInt64 {
    sounding.written - min(sounding.written, UInt64(output.pending))
  }

  /// Whether the open track may be played a limited number of times.
  private var hasLimit: Bool {
    rights.present != 0 && rights.flags & PINSTRIPE_RIGHTS_ISSUED != 0 && rights.plays > 0
  }

  /// Goes on at a frame of the open track; what is with the output is not heard.
  mutating func seek(toFrame frame: UInt64, unheard: UInt64) throws(PlayerError) {
    sounding.heard -= min(sounding.heard, unheard)
    // Of a track whose length nobody knows, each way back is another play.
    if hasLimit, sounding.frameCount == 0, frame < sounding.written - min(sounding.written, unheard)
    {
      isUncounted = true
    }
    try playback?.seek(toFrame: frame)
    sounding.written = frame
  }

  /// Lets go of the open track, which wipes its keys.
  mutating func close() {
    playback = nil
    sounding = Sounding()
  }
}

/// What is known of an open track.
struct Sounding {
  var format = PCMFormat(rate: 0, channels: 0)
  /// Frames of the whole track; 0 when the codec does not know.
  var frameCount: UInt64 = 0
  /// Frames that went to the output: the place in the track.
  var written: UInt64 = 0
  /// Frames that this play has had of it, whatever their place.
  var heard: UInt64 = 0
  /// Places that could not be decoded.
  var gaps: UInt32 = 0
}

extension Track {
  /// The codec tag, four characters.
  var codecTag: InlineArray<4, UInt8> {
    [info.codec.0, info.codec.1, info.codec.2, info.codec.3]
  }
}

extension Options {
  var openFlags: UInt32 {
    PINSTRIPE_OPEN_OBEYS_RIGHTS | (allowsClear ? PINSTRIPE_OPEN_ALLOW_CLEAR : 0)
  }
}
