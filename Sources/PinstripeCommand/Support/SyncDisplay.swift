import Pinstripe
import PinstripeProfiles

/// A sync's progress: a bar on a terminal, one JSON object a line elsewhere, nothing with `--json`.
final class SyncDisplay {
  private let isQuiet: Bool
  private var bar: ProgressBar?
  private var lastReport: ContinuousClock.Instant?
  private static let interval = Duration.seconds(1)

  init(isQuiet: Bool) {
    self.isQuiet = isQuiet
  }

  func show(_ event: SyncEvent) {
    guard !isQuiet else { return }
    if Terminal.isInteractive { draw(event) } else { print(event) }
  }

  /// Removes the bar.
  func end() {
    bar?.end()
    bar = nil
  }

  private func draw(_ event: SyncEvent) {
    switch event {
    case .begin: return
    case .progress(let progress):
      let bar = bar ?? ProgressBar("Syncing", total: progress.bytes, isQuiet: false)
      self.bar = bar
      let number = "\(min(progress.tracksDone + 1, progress.tracks)) of \(progress.tracks)"
      let left = progress.remaining.map { ", \(Self.text($0)) left" } ?? ""
      bar.update(progress.bytesDone, note: "track \(number)\(left)")
    case .resumed(let step, let offset):
      end()
      Terminal.say(
        "pinstripe: \(Terminal.printable(step.place)): resumed at \(Terminal.size(offset))")
    case .end(let step, let error):
      guard let error else { return }
      end()
      Terminal.say(
        "pinstripe: \(Terminal.printable(step.place)): \(Terminal.printable(error.message))")
    }
  }

  private func print(_ event: SyncEvent) {
    switch event {
    case .begin(let step): say("begin", [("step", step.json)])
    case .progress(let progress):
      if let lastReport, .now - lastReport < Self.interval { return }
      lastReport = .now
      say(
        "progress",
        [
          ("tracksDone", .number(UInt64(progress.tracksDone))),
          ("tracks", .number(UInt64(progress.tracks))),
          ("bytesDone", .number(progress.bytesDone)), ("bytes", .number(progress.bytes)),
          ("trackBytesDone", .number(progress.trackBytesDone)),
          ("trackBytes", .number(progress.trackBytes)),
          ("milliseconds", .number(progress.elapsed.milliseconds)),
          ("millisecondsLeft", .optional(progress.remaining?.milliseconds)),
        ])
    case .resumed(let step, let offset):
      say("resumed", [("place", .string(step.place)), ("resumedAt", .number(offset))])
    case .end(let step, let error):
      say(
        "end", [("place", .string(step.place)), ("error", .optional(error?.message))])
    }
  }

  private func say(_ event: String, _ members: [(String, JSON)]) {
    Terminal.say(JSON.object([("event", .string(event))] + members).line)
  }

  private static func text(_ time: Duration) -> String {
    let seconds = Int(clamping: time.components.seconds)
    return seconds < 60 ? "\(seconds) s" : "\(seconds / 60) min"
  }
}
