public import PinstripeMTP
public import PinstripePipe
public import PinstripeProfile
import Synchronization

/// An MTP player in memory: sessions, storages, folders, objects and properties, as a profile
/// describes it, with its quirks.
///
/// ```swift
/// let player = MemoryResponder(profile: profile)
/// let pipe = LoopbackPipe(to: player)
/// // … let your sync tool send tracks over the pipe …
/// #expect(player.objects.map(\.name) == ["Music", "01 Idle Tune.mp3"])
/// ```
/// What the profile forbids is refused as a real player does it: names that are too long or hold a
/// forbidden character, properties with texts that are too long, objects that are too large, formats
/// that it does not play, a full storage; it has no operation that the profile says it lacks, and
/// describes the rates and pictures that it takes. What a profile's quirks tell of a player it does too
/// (`MemoryResponder+Quirks.swift`), but for those of USB. What is not settled by a profile is chosen by
/// ``Habits``. An upload that is given up leaves a part of the object behind, as on most players (Android
/// deletes it).
public final class MemoryResponder: PlayerEnd {
  /// What players do differently within, or slightly beyond, the standard.
  public struct Habits: OptionSet, Sendable {
    /// The habits as bits.
    public let rawValue: Int

    /// Creates habits from bits.
    public init(rawValue: Int) {
      self.rawValue = rawValue
    }

    /// The header of a data phase comes in a transfer of its own.
    public static let headerApart = Habits(rawValue: 1 << 0)
    /// The response comes in the same transfer as the data.
    public static let joinsResponse = Habits(rawValue: 1 << 1)
    /// No zero-length packet ends a transfer whose last packet is full.
    public static let omitsZeroLengthPackets = Habits(rawValue: 1 << 2)
    /// The length of a container beyond 4 GiB is cut to 32 bits (umtp-responder 1.3.10).
    public static let wrapsLongLengths = Habits(rawValue: 1 << 3)
    /// Uploads keep their size only, so that gigabytes can be sent.
    public static let discardsContent = Habits(rawValue: 1 << 4)
    /// The class requests Cancel and Get Device Status are unknown.
    public static let knowsNoClassRequests = Habits(rawValue: 1 << 5)
    /// It is busy for three polls after a Cancel.
    public static let cancelsSlowly = Habits(rawValue: 1 << 6)
    /// A folder holds several objects of one name; otherwise the second one is refused.
    public static let keepsSameNames = Habits(rawValue: 1 << 7)
    /// An object of a name that is there is written over it, and keeps the end of a longer one, as on
    /// QEMU's usb-mtp.
    public static let overwritesSameNames = Habits(rawValue: 1 << 8)
    /// GetObjectPropList for what is in a folder tells of the folder itself (umtp-responder 1.3.10).
    public static let ignoresDepth = Habits(rawValue: 1 << 9)
    /// Of uploads with SendObject no blocks of zeros are kept, so that sparse files of gigabytes can be
    /// sent.
    public static let keepsSparsely = Habits(rawValue: 1 << 10)
    /// Where the profile's art goes as a sample, it is the tracks' and not the albums'.
    public static let showsPicturesOfTracks = Habits(rawValue: 1 << 11)
    /// The newest folder is in none of the first three lists of handles after it was made, as on QEMU's
    /// usb-mtp, which its host tells of it a little later.
    public static let listsFoldersLate = Habits(rawValue: 1 << 12)
  }

  /// What the player is waiting for on its OUT endpoint.
  enum Phase {
    case command
    case data(Message, DataReceiver)
  }

  /// When it is full although its storage is not.
  struct Room {
    var refused: Int?
    var persistence = FaultInjector.Persistence.once
    var wanted = 0

    /// Whether what comes next has room.
    mutating func take() -> Bool {
      wanted += 1
      guard let refused else { return true }
      return persistence == .once ? wanted != refused : wanted < refused
    }
  }

  struct State {
    var store = ObjectStore()
    var queue = TransferQueue()
    var events: [[UInt8]] = []
    var phase = Phase.command
    var pending: [UInt8] = []
    var isSessionOpen = false
    var announced: ObjectHandle?
    var announcedSize: UInt32 = 0
    var edited: ObjectHandle?
    var busyPolls = 0
    var breakdown: String?
    var operations: Set<OperationCode>
    var history: [OperationCode] = []
    var tamper: (@Sendable (OperationCode, inout [UInt8]) -> Void)?
    var refusals: [OperationCode: ResponseCode] = [:]
    var pauses: [OperationCode: Duration] = [:]
    /// How long the host still has to wait for what is in the queue.
    var pause = Duration.zero
    var propertyRefusals: [ObjectPropertyCode: ResponseCode] = [:]
    var room = Room()
  }

  /// What the player is and needs.
  public let profile: DeviceProfile
  /// What it does differently.
  public let habits: Habits
  let state: Mutex<State>

  /// The storage that a responder has unless it is given others.
  public static let defaultStorage = StorageID(rawValue: 0x0001_0001)

  /// Creates a player with one empty storage.
  ///
  /// - Parameters:
  ///   - capacity: The storage's size in bytes.
  ///   - operations: What it offers; by default all that is implemented and that the profile does not
  ///     say it lacks.
  public init(
    profile: DeviceProfile = .careful, capacity: UInt64 = 64 << 30, habits: Habits = [],
    operations: Set<OperationCode>? = nil
  ) {
    self.profile = profile
    self.habits = habits
    let lacks = profile.mtp.lacks.map { OperationCode(rawValue: $0.code) }
    var offered = operations ?? Set(Self.implemented).subtracting(lacks)
    if profile.quirks.contains(.noRename) {
      offered.subtract([.setObjectPropValue, .setObjectPropList])
    }
    state = Mutex(State(operations: offered))
    addStorage(Self.defaultStorage, capacity: capacity, name: "Memory")
  }

  // MARK: What a test sees and arranges

  /// Adds a storage.
  public func addStorage(_ id: StorageID, capacity: UInt64, name: String) {
    var info = StorageInfo()
    info.capacity = capacity
    info.storageDescription = name
    state.withLock { $0.store.storages.append(.init(id: id, info: info)) }
  }

  /// Adds an object, as if it had been there before.
  @discardableResult
  public func add(
    _ name: String, format: ObjectFormat = .undefined, content: StoredObject.Content = .bytes([]),
    in parent: ObjectHandle = .none, on storage: StorageID = defaultStorage
  ) -> ObjectHandle {
    state.withLock {
      $0.store.insert(name, format: format, content: content, in: parent, on: storage)
    }
  }

  /// Every object, in the order of its making.
  public var objects: [StoredObject] { state.withLock { $0.store.all } }

  /// One object.
  public func object(_ handle: ObjectHandle) -> StoredObject? {
    state.withLock { $0.store[handle] }
  }

  /// Whether a session is open.
  public var isSessionOpen: Bool { state.withLock { $0.isSessionOpen } }

  /// Why the player broke down, if it did: `Quirk.exactDataPhase`, `Quirk.noArtDimensions`.
  public var breakdown: String? { state.withLock { $0.breakdown } }

  /// The operations that were asked for, in order.
  public var history: [OperationCode] { state.withLock { $0.history } }

  /// Lets something change the data phases before they are sent; nil ends it.
  public func tamper(_ change: (@Sendable (OperationCode, inout [UInt8]) -> Void)?) {
    state.withLock { $0.tamper = change }
  }

  /// Lets the player refuse an operation from now on; nil ends it.
  public func refuse(_ operation: OperationCode, with response: ResponseCode?) {
    state.withLock { $0.refusals[operation] = response }
  }

  /// Lets the player say Store_Full (0x200C) when it ought to take something: as if others filled it.
  ///
  /// Counted are SendObjectInfo, SendObjectPropList, SendObject and SendPartialObject. Of an object that
  /// does not find room, the first half is kept.
  ///
  /// - Parameters:
  ///   - number: Which of them is refused, from 1, counted from now on; nil ends it.
  ///   - persistence: That one, or all from then on.
  public func fillUp(at number: Int?, _ persistence: FaultInjector.Persistence = .once) {
    state.withLock { $0.room = Room(refused: number, persistence: persistence) }
  }

  /// How many operations wanted room since ``fillUp(at:_:)``.
  public var roomsWanted: Int { state.withLock { $0.room.wanted } }

  /// Lets the player take its time before it answers an operation.
  ///
  /// Nobody waits: whoever asks for the answer with a shorter timeout is told that there is none, and
  /// has waited so long then.
  public func delay(_ operation: OperationCode, by pause: Duration) {
    state.withLock { $0.pauses[operation] = pause }
  }

  /// Lets the player refuse to set a property from now on; nil ends it.
  public func refuse(_ property: ObjectPropertyCode, with response: ResponseCode?) {
    state.withLock { $0.propertyRefusals[property] = response }
  }

  /// Reports an event on the interrupt endpoint.
  public func report(_ code: EventCode, _ parameters: [UInt32]) {
    let event = Message(
      .event, code: code.rawValue, transaction: .outsideSession, parameters: parameters)
    state.withLock { $0.events.append(event.encoded) }
  }

  // MARK: The player's end of the cable

  /// Takes what the host sent.
  public func take(_ bytes: UnsafeRawBufferPointer, endsTransfer: Bool) throws(TransferError) {
    try state.withLock { state throws(TransferError) in
      guard state.breakdown == nil else { throw .disconnected }
      switch state.phase {
      case .command:
        // A command has 32 bytes at most; what is longer is none.
        state.pending += bytes.prefix(max(0, 64 - state.pending.count))
        guard endsTransfer, !state.pending.isEmpty else { return }
        let pending = state.pending
        state.pending = []
        guard let message = Message(pending), message.header.kind == .command else {
          throw .stalled
        }
        begin(message, &state)
      case .data(let command, var receiver):
        state.phase = .command
        receiver.take(bytes)
        if endsTransfer, receiver.isOver {
          finish(command, receiver, &state)
        } else {
          state.phase = .data(command, receiver)
        }
      }
      if state.breakdown != nil { throw .disconnected }
    }
  }

  /// Gives what the player has to say.
  public func give(
    into buffer: UnsafeMutableRawBufferPointer, packetSize: Int
  ) throws(TransferError) -> Reception? {
    try state.withLock { state throws(TransferError) in
      guard state.breakdown == nil else { throw .disconnected }
      return state.queue.give(into: buffer, packetSize: packetSize)
    }
  }

  /// Lets time pass for a host that waits for bulk data.
  public func isReady(within timeout: Duration) -> Bool {
    state.withLock { state in
      defer { state.pause -= min(timeout, state.pause) }
      return state.pause <= timeout
    }
  }

  /// Answers a class request.
  public func control(_ request: ClassRequest) throws(TransferError) -> [UInt8] {
    try state.withLock { state throws(TransferError) in
      guard state.breakdown == nil else { throw .disconnected }
      guard !habits.contains(.knowsNoClassRequests) else {
        cancel(&state)
        throw .stalled
      }
      switch request.number {
      case ClassRequest.deviceStatus.number:
        guard state.busyPolls > 0 else { return DeviceStatus(code: .ok).encoded }
        state.busyPolls -= 1
        return DeviceStatus(code: .deviceBusy).encoded
      case ClassRequest.cancelTransaction(0).number:
        cancel(&state)
        return []
      default: throw .stalled
      }
    }
  }

  /// Takes the next event off, if there is one.
  public func nextEvent() throws(TransferError) -> [UInt8]? {
    state.withLock { $0.events.isEmpty ? nil : $0.events.removeFirst() }
  }

  /// Ends the halt of an endpoint.
  public func clearStall(_ direction: PipeDirection) {}
}
