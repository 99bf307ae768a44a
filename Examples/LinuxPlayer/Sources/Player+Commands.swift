import CSystem
import PinstripePlayer

extension Player where Output: ~Copyable {
  /// Does what a command asks for, and answers in one line.
  mutating func obey(_ line: ParsedLine) -> Text {
    var answer = Text()
    do throws(PlayerError) {
      switch line {
      case .error(let sentence): refuse(sentence, &answer)
      case .command(.status): describe(&answer)
      case .command(.name(let number)):
        if number >= 1, number <= list.count {
          answer.add("ok ")
          answer.add(name: list[number - 1])
        } else {
          refuse("there is no track of that number", &answer)
        }
      case .command(let command):
        if let refusal = try obey(command) {
          refuse(refusal, &answer)
        } else {
          answer.add("ok")
        }
      }
    } catch {
      note(report(error, file: currentName))
      refuse("that failed; the player's error output tells why", &answer)
    }
    answer.add("\n")
    return answer
  }

  /// Does what is neither a question nor wrong; a reason when it cannot be done now.
  mutating func obey(_ command: Command) throws(PlayerError) -> StaticString? {
    switch command {
    case .play(let number): return try play(number)
    case .pause: return try pause()
    case .toggle: return mode == .playing ? try pause() : try play(nil)
    case .next: return try go(to: current + 1)
    case .previous:
      // Some seconds into a track people mean its own start.
      let isLate = soundingFrame > 3 * UInt64(sounding.format.rate)
      return try go(to: isLate || current == 0 ? current : current - 1)
    case .seek(let target): return try seek(target)
    case .volume(let change): change.apply(to: &volume)
    case .reload: reload()
    case .quit:
      // First, as a card that was pulled out cannot forget anything.
      isQuitting = true
      isDismissed = true
      try output.discard()
    case .status, .name: break
    }
    return nil
  }

  private mutating func play(_ number: Int?) throws(PlayerError) -> StaticString? {
    if let number {
      guard number >= 1, number <= list.count else { return "there is no track of that number" }
      return try go(to: number - 1)
    }
    switch mode {
    case .playing: break
    case .paused:
      try output.resume()
      mode = .playing
    case .stopped:
      guard list.count > 0 else { return "the list is empty" }
      start(at: 0)
    }
    return nil
  }

  private mutating func pause() throws(PlayerError) -> StaticString? {
    guard mode == .playing else { return mode == .paused ? nil : "nothing is playing" }
    let lost = UInt64(try output.pause())
    if lost > 0 { try seek(toFrame: sounding.written - min(sounding.written, lost), unheard: lost) }
    mode = .paused
    return nil
  }

  private mutating func go(to index: Int) throws(PlayerError) -> StaticString? {
    guard index < list.count else { return "that was the last track" }
    try output.discard()
    start(at: index)
    return mode == .playing || upcoming != nil ? nil : "no track from there on can be played"
  }

  private mutating func seek(_ target: SeekTarget) throws(PlayerError) -> StaticString? {
    guard mode != .stopped else { return "nothing is playing" }
    let rate = sounding.format.rate
    // A file may name any rate, and each step below is less than 2^62 frames.
    let now = min(soundingFrame, 1 << 62)
    let frame: UInt64
    switch target {
    case .second(let second): frame = UInt64(second) * UInt64(rate)
    case .forward(let seconds): frame = now + UInt64(seconds) * UInt64(rate)
    case .back(let seconds): frame = now - min(now, UInt64(seconds) * UInt64(rate))
    }
    let unheard = sounding.written - soundingFrame
    try output.discard()
    do throws(PlayerError) {
      try seek(toFrame: frame, unheard: unheard)
    } catch {
      guard case .codec = error else { throw error }
      return "that place cannot be reached"
    }
    return nil
  }

  /// Reads the arguments' folders and lists again.
  ///
  /// The track that plays goes on, and stays in the list where it was; its number may change.
  private mutating func reload() {
    var fresh = Playlist()
    for source in options.sources { _ = fresh.add(source) }
    let former = current
    var place: Int?
    if list.count > 0 { place = fresh.place(of: list[former], near: former) }
    current = place ?? min(former, max(fresh.count - 1, 0))
    if place == nil, mode != .stopped {
      // Behind the last one before it that is still there.
      current = 0
      for index in (0..<former).reversed() {
        guard let before = fresh.place(of: list[index], near: index) else { continue }
        current = before + 1
        break
      }
      fresh.insert(list[former], at: current)
    }
    list.removeAll()
    list = fresh
  }

  private func refuse(_ sentence: StaticString, _ answer: inout Text) {
    answer.add("error: ")
    answer.add(sentence)
  }

  /// Says all that a remote control shows, as words `name=value`, the file's name last.
  private func describe(_ answer: inout Text) {
    answer.add("ok state=")
    switch mode {
    case .playing: answer.add("playing")
    case .paused: answer.add("paused")
    case .stopped: answer.add(upcoming == nil ? "stopped" : "playing")
    }
    answer.add(" track=")
    answer.add(UInt64(list.count > 0 ? current + 1 : 0))
    answer.add(" of=")
    answer.add(UInt64(list.count))
    let rate = sounding.format.rate
    answer.add(" position=")
    answer.add(frames: soundingFrame, of: rate)
    answer.add(" length=")
    answer.add(frames: sounding.frameCount, of: rate)
    answer.add(" rate=")
    answer.add(UInt64(rate))
    answer.add(" channels=")
    answer.add(UInt64(sounding.format.channels))
    answer.add(" volume=")
    answer.add(UInt64(volume))
    answer.add(" gaps=")
    answer.add(UInt64(sounding.gaps))
    if list.count > 0 {
      answer.add(" file=")
      answer.add(name: list[current])
    }
  }
}

extension VolumeChange {
  fileprivate func apply(to volume: inout UInt32) {
    switch self {
    case .to(let value): volume = min(value, 100)
    case .up(let step): volume = min(volume + step, 100)
    case .down(let step): volume -= min(volume, step)
    }
  }
}
