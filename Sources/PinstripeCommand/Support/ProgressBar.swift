import Glibc

/// A bar on standard error, drawn only on a terminal.
final class ProgressBar {
  private let title: String
  private let total: UInt64?
  private let isShown: Bool
  private var lastDraw = ContinuousClock.now
  private var lastWidth = 0
  private static let interval = Duration.milliseconds(100)
  private static let cells = 30

  /// - Parameter isQuiet: Whether nothing is to be drawn, as with `--json`.
  init(_ title: String, total: UInt64?, isQuiet: Bool) {
    self.title = Terminal.printable(title)
    self.total = total
    isShown = !isQuiet && Terminal.isInteractive
  }

  /// Draws the bar anew, at most ten times a second.
  ///
  /// - Parameter note: What else is to be said.
  func update(_ done: UInt64, note: String? = nil) {
    guard isShown, ContinuousClock.now - lastDraw >= Self.interval else { return }
    lastDraw = .now
    guard let total, total > 0 else {
      return draw("\(title)  \(Terminal.size(done))")
    }
    let filled = Int(min(done, total).multipliedFullWidth(by: UInt64(Self.cells)).low / total)
    let bar =
      String(repeating: "#", count: filled) + String(repeating: ".", count: Self.cells - filled)
    let suffix = note.map { ", \($0)" } ?? ""
    draw("\(title)  [\(bar)]  \(Terminal.size(done)) of \(Terminal.size(total))\(suffix)")
  }

  /// Removes the bar.
  func end() {
    guard isShown, lastWidth > 0 else { return }
    draw("")
    Terminal.write("\r")
  }

  private func draw(_ text: String) {
    let padding = String(repeating: " ", count: max(0, lastWidth - text.count))
    Terminal.write("\r\(text)\(padding)")
    lastWidth = text.count
  }
}
