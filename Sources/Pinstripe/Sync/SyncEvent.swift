/// How far a sync is.
public struct SyncProgress: Sendable, Equatable {
  /// Tracks that are done, removed ones too.
  public var tracksDone = 0
  /// Tracks there are in all.
  public var tracks: Int
  /// Bytes sent.
  public var bytesDone: UInt64 = 0
  /// About how many bytes are sent in all.
  public var bytes: UInt64
  /// Bytes sent of the present track.
  public var trackBytesDone: UInt64 = 0
  /// Bytes of the present track.
  public var trackBytes: UInt64 = 0
  /// Time since the beginning.
  public var elapsed = Duration.zero

  /// About how long it will go on; nil while nobody can say.
  public var remaining: Duration? {
    guard elapsed >= .seconds(1), bytesDone > 0 else { return nil }
    let left = Double(bytes - min(bytes, bytesDone))
    return elapsed * (left / Double(bytesDone))
  }
}

/// What happens in a sync.
public enum SyncEvent: Sendable {
  /// A step begins.
  case begin(SyncPlan.Step)
  /// Bytes were sent.
  case progress(SyncProgress)
  /// A track was continued where an earlier attempt was cut off, behind so many bytes; its end follows.
  case resumed(SyncPlan.Step, at: UInt64)
  /// A step is done; with an error when it failed and the sync goes on.
  case end(SyncPlan.Step, PinstripeError?)
}

/// What a sync did.
public struct SyncSummary: Sendable {
  /// Tracks sent that were not there.
  public var added = 0
  /// Tracks sent in the place of others.
  public var replaced = 0
  /// Tracks deleted.
  public var removed = 0
  /// Tracks that were there already.
  public var kept = 0
  /// Files that the plan refused.
  public var refused = 0
  /// Pictures sent.
  public var pictures = 0
  /// Pictures that could not be sent, and why; their tracks were.
  public var withoutPicture: [(step: SyncPlan.Step, error: PinstripeError)] = []
  /// Steps that failed, and why.
  public var failures: [(step: SyncPlan.Step, error: PinstripeError)] = []
  /// Steps that were not done, the one that was cut short among them; 0 when the sync went to its end.
  public var left = 0
  /// Bytes sent.
  public var bytes: UInt64 = 0
  /// Tracks that were continued where an earlier attempt was cut off.
  public var resumed = 0
  /// Bytes of them that were there already.
  public var resumedBytes: UInt64 = 0
  /// How long it took.
  public var time = Duration.zero

  /// A sync that did nothing yet.
  public init() {}
}
