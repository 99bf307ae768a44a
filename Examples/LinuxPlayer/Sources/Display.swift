import CSystem
import PinstripePlayer

/// The line on a terminal that shows what plays, renewed once a second and at each pause.
struct Display {
  private let isShown: Bool
  private var shownAt: UInt64 = 0
  private var wasPaused = false

  init(isShown: Bool) {
    self.isShown = isShown && isatty(2) != 0
  }

  mutating func show<Output>(_ player: borrowing Player<Output>) where Output: ~Copyable {
    guard isShown, player.list.count > 0 else { return }
    let now = system_milliseconds()
    let isPaused = player.mode == .paused
    guard now >= shownAt + 1000 || isPaused != wasPaused else { return }
    shownAt = now
    wasPaused = isPaused
    let rate = player.sounding.format.rate
    var line = Text()
    line.add("\r")
    line.add(UInt64(player.current + 1))
    line.add("/")
    line.add(UInt64(player.list.count))
    line.add("  ")
    line.add(clock: player.soundingFrame, of: rate)
    if player.sounding.frameCount > 0 {
      line.add(" of ")
      line.add(clock: player.sounding.frameCount, of: rate)
    }
    line.add(isPaused ? "  paused  " : "  ")
    line.add(name: player.list[player.current])
    // To the line's end, and back to its start, where errors may begin.
    line.add("\u{1B}[K\r")
    write(line)
  }

  func clear() {
    guard isShown else { return }
    var line = Text()
    line.add("\r\u{1B}[K")
    write(line)
  }

  private func write(_ line: Text) {
    _ = line.bytes.span.withUnsafeBufferPointer { system_write(2, $0.baseAddress, $0.count) }
  }
}
