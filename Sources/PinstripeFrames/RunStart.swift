/// How the bytes of a run are encrypted.
public enum RunKind: Sendable {
  /// The run's first 32 bytes, and then every 64th.
  case striped
  /// All of them.
  case full
}

/// Where a run begins; it lasts to the next one's start, or to the content's end.
public struct RunStart: Equatable, Sendable {
  /// The offset of its first byte in the content.
  public var offset: UInt64
  /// How it is encrypted.
  public var kind: RunKind

  /// Creates a start.
  public init(offset: UInt64, kind: RunKind) {
    self.offset = offset
    self.kind = kind
  }
}

/// What a walker decided at a position.
struct Step {
  /// Bytes at a run's start that are encrypted in any case.
  ///
  /// A frame that has no more is as well protected in the full run before it, and costs no run of
  /// its own there.
  static let head: UInt64 = 32

  /// The run that begins there; nil when the present one goes on.
  ///
  /// A full run after another is no new one.
  var kind: RunKind?
  /// Bytes until the walker wants to see more, at least 1.
  var length: UInt64

  init(_ kind: RunKind?, _ length: UInt64) {
    self.kind = kind
    self.length = max(1, length)
  }

  init(_ kind: RunKind?, _ length: Int) {
    self.init(kind, UInt64(max(1, length)))
  }

  /// A frame whose length is known, or what of it lies behind its header.
  static func frame(_ length: UInt64) -> Step {
    Step(length <= head ? .full : .striped, length)
  }

  /// All that is left of the content, in one full run.
  static var rest: Step { Step(.full, UInt64.max) }
}

extension UInt64 {
  /// The sum, or the largest number there is.
  func adding(saturating other: UInt64) -> UInt64 {
    let (sum, overflow) = addingReportingOverflow(other)
    return overflow ? .max : sum
  }
}
