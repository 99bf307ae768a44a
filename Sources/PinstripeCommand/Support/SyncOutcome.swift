import Pinstripe
import PinstripeProfile
import PinstripeProfiles

/// What a sync is to do, or has done, for a person and for a program.
struct SyncOutcome: Sendable {
  let plan: SyncPlan
  let player: String
  let profile: String
  /// What was done; nil when it was only planned.
  var summary: SyncSummary?
  /// What ended it early.
  var interruption: PinstripeError?

  init(_ plan: SyncPlan, player: String, profile: String) {
    self.plan = plan
    self.player = player
    self.profile = profile
  }

  /// Why the tool does not end with 0.
  var failure: PinstripeError? {
    if let interruption { return interruption }
    guard let summary else { return nil }
    if let first = summary.failures.first {
      let count = summary.failures.count
      guard count > 1 else { return first.error }
      return PinstripeError(
        first.error.code, "\(count) steps failed; the first: \(first.error.message)")
    }
    let unreadable = plan.steps.filter(\.isUnreadable)
    guard let first = unreadable.first else { return nothingSent }
    return PinstripeError(
      .noInput,
      "\(unreadable.count) of what was named could not be read, the first \(first.item?.path ?? ""); "
        + "the rest is done.")
  }

  /// That nothing of what was named is on the player now: a script must not take that for done.
  private var nothingSent: PinstripeError? {
    let tracks = plan.steps.filter { $0.item != nil }
    guard let first = tracks.first, tracks.allSatisfy({ $0.action == .refuse }) else { return nil }
    return PinstripeError(
      .notOnPlayer,
      "Nothing was sent to \(player). \(first.item?.path ?? ""): \(first.reason)"
        + (tracks.count > 1 ? "; so with \(tracks.count - 1) more." : "."))
  }

  var json: JSON {
    var members: [(String, JSON)] = [
      ("player", .string(player)), ("profile", .string(profile)),
      ("steps", .array(plan.steps.map(\.json))),
      ("bytesToSend", .number(plan.bytesToSend)), ("freeBytes", .number(plan.freeSpace)),
      ("missingBytes", .number(plan.missingSpace)), ("noMusic", .number(UInt64(plan.ignored))),
      ("noPictures", .optional(plan.reasonForNoCovers)),
    ]
    if let summary { members.append(("done", summary.json)) }
    if let failure {
      let error: [(String, JSON)] = [
        ("code", .string(failure.code.rawValue)), ("message", .string(failure.message)),
      ]
      members.append(("error", .object(error)))
    }
    return .object(members)
  }

  var text: String {
    guard let summary else { return planText }
    var lines = plan.steps(.refuse).map(\.line)
    lines += summary.failures.map { failure in
      "failed   \(Terminal.printable(failure.step.place)): \(failure.error.message)"
    }
    lines += summary.withoutPicture.map { failure in
      "picture  \(Terminal.printable(failure.step.place)): \(failure.error.message)"
    }
    let counts = [
      (summary.added, "added"), (summary.replaced, "replaced"), (summary.removed, "removed"),
      (summary.pictures, summary.pictures == 1 ? "picture" : "pictures"),
      (summary.withoutPicture.count, "without picture"),
      (summary.kept, "there already"), (summary.refused, "left out"),
      (summary.failures.count, "failed"), (summary.left, "not done"),
    ].filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }
    let what = counts.isEmpty ? "nothing to do" : counts.joined(separator: ", ")
    let sent = summary.bytes > 0 ? "; \(Terminal.size(summary.bytes)) sent" : ""
    let resumed =
      summary.resumed > 0
      ? "; \(summary.resumed) resumed, \(Terminal.size(summary.resumedBytes)) were there" : ""
    lines.append("\(Terminal.printable(player)): \(what)\(sent)\(resumed).")
    return lines.joined(separator: "\n")
  }

  /// The plan, without what is kept.
  private var planText: String {
    var lines = plan.steps.filter(\.isNews).map(\.line)
    let counts = SyncPlan.Action.allCases.map { ($0, plan.steps($0).count) }.filter { $0.1 > 0 }
      .map { "\($0.1) to \($0.0.rawValue)" }.joined(separator: ", ")
    if let reason = plan.reasonForNoCovers { lines.append("No pictures are sent: \(reason).") }
    lines.append(
      "\(Terminal.printable(player)): \(counts.isEmpty ? "nothing to do" : counts); about "
        + "\(Terminal.size(plan.bytesToSend)) to send, \(Terminal.size(plan.freeSpace)) free.")
    if plan.missingSpace > 0 {
      lines.append(
        "That is \(Terminal.size(plan.missingSpace)) too little; --fill sends what fits.")
    }
    return lines.joined(separator: "\n")
  }
}

extension SyncPlan.Step {
  /// A line of a plan.
  fileprivate var line: String {
    let name = place.isEmpty ? item?.path ?? "" : place
    let size = bytes > 0 ? Terminal.size(bytes) : ""
    let renamed = renaming.map { "; \(item?.place ?? "") is renamed, for \($0)" } ?? ""
    return action.rawValue.padded(to: 9) + size.padded(to: 11) + Terminal.printable(name)
      + ": \(Terminal.printable(reason + renamed + (cover?.text ?? "")))"
  }

  var json: JSON {
    .object(
      [
        ("action", .string(action.rawValue)), ("file", .optional(item?.path)),
        ("place", .string(place)), ("playlist", .bool(playlist != nil)), ("bytes", .number(bytes)),
        ("reason", .string(reason)), ("original", .optional(item?.place)),
        ("renamed", .optional(renaming)),
      ] + (cover.map { [("picture", $0.json)] } ?? []))
  }
}

extension SyncSummary {
  fileprivate var json: JSON {
    .object([
      ("added", .number(UInt64(added))), ("replaced", .number(UInt64(replaced))),
      ("removed", .number(UInt64(removed))),
      ("kept", .number(UInt64(kept))),
      ("refused", .number(UInt64(refused))),
      (
        "failed",
        .array(
          failures.map { failure in
            .object([
              ("place", .string(failure.step.place)),
              ("code", .string(failure.error.code.rawValue)),
              ("message", .string(failure.error.message)),
            ])
          })
      ),
      ("left", .number(UInt64(left))), ("pictures", .number(UInt64(pictures))),
      (
        "withoutPicture",
        .array(
          withoutPicture.map { failure in
            .object([
              ("place", .string(failure.step.place)), ("message", .string(failure.error.message)),
            ])
          })
      ),
      ("bytes", .number(bytes)), ("resumed", .number(UInt64(resumed))),
      ("resumedBytes", .number(resumedBytes)), ("milliseconds", .number(time.milliseconds)),
    ])
  }
}

extension Cover {
  /// What is made of which picture, behind a reason.
  fileprivate var text: String {
    guard let source, let size, let limits else { return "" }
    return "; \(source.isEmbedded ? "the one in " : "")\(source.path) of \(source.width) × "
      + "\(source.height), as \(limits.format.rawValue) of \(size.width) × \(size.height)"
  }

  fileprivate var json: JSON {
    .object([
      ("folder", .string(folder)), ("album", .string(album)),
      ("tracks", .array(tracks.map { .string($0) })), ("source", .optional(source?.path)),
      ("isInTags", .bool(source?.isEmbedded ?? false)),
      ("sourceWidth", .optional(source.map { UInt64($0.width) })),
      ("sourceHeight", .optional(source.map { UInt64($0.height) })),
      ("width", .optional(size.map { UInt64($0.width) })),
      ("height", .optional(size.map { UInt64($0.height) })),
      ("format", .optional(limits?.format.rawValue)),
      ("maximumBytes", .optional(limits.map { UInt64($0.bytes) })),
    ])
  }
}
