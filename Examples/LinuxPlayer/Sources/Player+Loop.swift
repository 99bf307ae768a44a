import CSystem
import PinstripePlayer

extension Player where Output: ~Copyable {
  /// Plays the list, and does what comes in on the socket, from the keys and from the system, until
  /// the list ends or somebody ends it.
  mutating func run(_ control: consuming ControlSocket?, _ signals: Int32) {
    var control = control
    var keys = Keys()
    var display = Display(isShown: keys.areTaken)
    start(at: 0)
    seekToStart()
    while !isQuitting, mode != .stopped || options.stays || upcoming != nil {
      let isReady = wait(control, keys, signals)
      if isReady, mode == .playing { step() }
      if let upcoming { start(at: upcoming) }
      if mode == .stopped, upcoming == nil { finish() }
      if system_was_signalled(signals) != 0 {
        isDismissed = true
        break
      }
      if keys.areTaken {
        for command in keys.read() { _ = obey(.command(command)) }
      }
      control?.serve { line in obey(line) }
      display.show(self)
    }
    close()
    finish()
    display.clear()
    control?.remove()
  }

  /// `--from`, in the first track.
  private mutating func seekToStart() {
    guard options.startSecond > 0, mode == .playing else { return }
    do throws(PlayerError) {
      try seek(toFrame: UInt64(options.startSecond) * UInt64(sounding.format.rate), unheard: 0)
    } catch {
      note(report(error, file: list[current]))
      start(at: current + 1)
    }
  }

  /// Waits until there is something to do; whether the output takes a portion.
  private mutating func wait(_ control: ControlSocket?, _ keys: Keys, _ signals: Int32) -> Bool {
    var set = InlineArray<8, pollfd>(repeating: pollfd(fd: -1, events: 0, revents: 0))
    set[0] = pollfd(fd: signals, events: Int16(POLLIN), revents: 0)
    var count = 1
    if keys.areTaken {
      set[1] = pollfd(fd: 0, events: Int16(POLLIN), revents: 0)
      count = 2
    }
    if let control { count = control.wait(&set, from: count) }
    var patience: Int32 = upcoming == nil ? -1 : 0
    var isReady = false
    if mode == .playing {
      do throws(PlayerError) {
        switch try output.readiness() {
        case .ready:
          patience = 0
          isReady = true
        case .descriptor(let descriptor):
          set[count] = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
          count += 1
        case .milliseconds(let time): patience = time
        }
      } catch {
        // The next write says what is wrong.
        isReady = true
        patience = 0
      }
    }
    var span = set.mutableSpan
    _ = span.withUnsafeMutableBufferPointer {
      system_poll($0.baseAddress, UInt32(count), patience)
    }
    return isReady
  }
}
