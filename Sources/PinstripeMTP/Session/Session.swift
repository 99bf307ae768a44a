import PinstripePipe
public import PinstripeProfile
import Synchronization

/// A session with a player: the initiator's side of MTP over any ``PinstripePipe/BulkPipe``
/// (MTP 1.1 §4, PTP ISO 15740 §9.3).
///
/// ```swift
/// let session = try await Session.open(on: pipe, profile: profile)
/// for storage in try await session.storageIDs() {
///   for try await object in session.objects(in: .root, of: storage) {
///     print(object.info.filename, object.size)
///   }
/// }
/// try await session.close()
/// ```
///
/// One transaction runs at a time: calls made meanwhile wait their turn. Every call can be cancelled
/// through its task; the session stays usable after that, and after any error but
/// ``MTPError/Code/sessionLost``. Closures that a call takes run where the caller runs.
///
/// The session does not own the pipe: close that yourself, after the session.
public final class Session: Sendable {
  enum Condition {
    case open
    case closed
    case lost
  }

  struct State {
    var condition = Condition.open
    var nextTransaction = TransactionID(rawValue: 1)
    /// Transactions whose response never came, the latest last.
    var abandoned: [TransactionID] = []
    /// The latest of these, when nothing was answered since.
    var unanswered: Exchange?
    /// Whether that one's time was over.
    var isSilent = false
    var deviceInfo = DeviceInfo()
    /// Whether nothing speaks against asking for the list of an object's properties.
    var listsProperties = true
    /// The same for those of all objects in a folder.
    var listsFolders = true
  }

  let pipe: any BulkPipe
  let gate = TransactionGate()
  let state = Mutex(State())

  /// What the player is and needs; its timeouts and quirks are obeyed.
  public let profile: DeviceProfile

  init(pipe: any BulkPipe, profile: DeviceProfile) {
    self.pipe = pipe
    self.profile = profile
  }

  /// What the player said about itself when the session was opened.
  public var deviceInfo: DeviceInfo {
    state.withLock { $0.deviceInfo }
  }

  /// Whether transactions can be begun.
  public var isOpen: Bool {
    state.withLock { $0.condition == .open }
  }

  /// Whether the player let the last transaction's time go by, and has answered nothing since.
  public var isSilent: Bool {
    state.withLock { $0.unanswered != nil && $0.isSilent }
  }

  /// Whether the player offers an operation, by its own word, unless its profile knows better.
  public func offers(_ operation: OperationCode) -> Bool {
    let quirk: Quirk? =
      switch operation {
      case .setObjectPropValue: .noRename
      case .sendObjectPropList: .noSendPropertyList
      default: nil
      }
    if let quirk, profile.quirks.contains(quirk) { return false }
    let isLacking = profile.mtp.lacks.contains { $0.code == operation.rawValue }
    return !isLacking && deviceInfo.operations.contains(operation)
  }

  /// Throws ``MTPError/Code/notSupported`` when the player does not offer an operation.
  func require(_ operation: OperationCode) throws(MTPError) {
    guard offers(operation) else { throw MTPError(.notSupported, operation: operation) }
  }
}

/// Numbers that no player's profile changes, each with its reason.
enum SessionLimits {
  /// The largest dataset that is read: a million handles, or the properties of a full folder.
  static let dataset: UInt64 = 4 << 20
  /// The most bytes of properties that are read for one object of a folder: 128 texts at
  /// their longest.
  static let propertiesOfObject: UInt64 = 64 << 10
  /// A class request is answered by the player's controller, but one player keeps it waiting for
  /// half a second while it cancels (umtp-responder, usb_gadget.c).
  static let controlTimeout = Duration.seconds(5)
  /// How long the bulk-in pipe must be silent before it counts as drained: longer than the 4 ms of a
  /// NAKed high-speed poll, short enough to be unnoticed when an upload is given up.
  static let drainTimeout = Duration.milliseconds(150)
  /// The most receptions that draining takes: 16 MiB at the default chunk size, what the kernel
  /// lets all programs together have in flight.
  static let drainReceptions = 256
  /// Bytes of a data phase that are read and dropped rather than cancelled: a second at full speed.
  static let drainedData: UInt64 = 1 << 20
  /// How often the endpoint may stall meanwhile.
  static let drainStalls = 4
  /// How often Get Device Status is asked while the player says that it is busy.
  static let statusPolls = 100
  /// The pause between two of these: with the polls above, two seconds in all.
  static let statusPause = Duration.milliseconds(20)
  /// How often opening a session is tried when the player first has to finish what another program
  /// began.
  static let openAttempts = 3
  /// How many transactions are remembered whose response may still come.
  static let abandoned = 8
  /// How long a command may wait for such a player before what it has to say is read: longer than a
  /// player needs to notice a Cancel.
  static let owedPatience = Duration.milliseconds(500)
  /// How often that is done before a command has all its time.
  static let owedDrains = 3
  /// How long an answer is waited for where somebody waits for the end of it all: longer than flash
  /// needs to delete a track, shorter than a person takes for a hanging program.
  static let hurriedPatience = Duration.seconds(2)
}
