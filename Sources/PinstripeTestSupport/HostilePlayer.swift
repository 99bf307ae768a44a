import PinstripeMTP
public import PinstripePipe
import Synchronization

/// A player that answers well until some command, and from then on with malice: truncated, endless,
/// contradictory, or not at all.
///
/// ```swift
/// for malice in HostilePlayer.Malice.allCases {
///   let player = HostilePlayer(MemoryResponder(), malice, from: 5)
///   // … whatever is done over LoopbackPipe(to: player) ends in a typed error, or well
/// }
/// ```
/// Malice of datasets is done to the data phases of the responder inside, malice of containers to what
/// goes over the wire.
public final class HostilePlayer: PlayerEnd {
  /// What is wrong with the answers.
  public enum Malice: String, Sendable, CaseIterable {
    /// Datasets lack their last byte.
    case cutDatasets = "cut-datasets"
    /// Datasets have no byte.
    case emptyDatasets = "empty-datasets"
    /// The first 32 bits of a dataset, often a count, are all ones.
    case greatestCounts = "greatest-counts"
    /// Every byte of a dataset is 0xFF: strings without end, arrays beyond memory.
    case allOnes = "all-ones"
    /// Datasets are noise.
    case noise
    /// There are 65,535 storages, and none can be written.
    case manyStorages = "many-storages"
    /// Every folder holds itself and the root.
    case cycles
    /// Every folder holds eight folders that were not there before.
    case bottomless
    /// Every object says that it is a folder of 4 GiB.
    case everythingIsAFolder = "everything-is-a-folder"
    /// A container says that it is shorter than its header.
    case shortLengths = "short-lengths"
    /// A container says that it has 0xFFFF_FFFE bytes.
    case longLengths = "long-lengths"
    /// A container is of a kind that nobody knows.
    case unknownKinds = "unknown-kinds"
    /// Answers belong to another transaction.
    case otherTransactions = "other-transactions"
    /// Transfers end after seven bytes.
    case cutTransfers = "cut-transfers"
    /// Transfers are empty.
    case emptyTransfers = "empty-transfers"
    /// A data phase goes on for ever.
    case endlessTransfers = "endless-transfers"
    /// Every answer comes twice.
    case echoes
    /// The endpoint halts.
    case stalls
    /// Nothing comes.
    case silence
  }

  private struct State {
    var commands = 0
    /// Whether the next bytes to the host begin a transfer.
    var isAtStart = true
    var echo: [UInt8]?
    /// The next handle of a folder that was not there before.
    var nextHandle: UInt32 = 0x1_0000

    mutating func takeEcho() -> [UInt8]? {
      defer { echo = nil }
      return echo
    }
  }

  private let player: MemoryResponder
  private let malice: Malice
  private let first: Int
  private let state = Mutex(State())

  /// Makes a player hostile.
  ///
  /// - Parameters:
  ///   - player: What it would be otherwise.
  ///   - first: The command from which on it is hostile; 1 is OpenSession as a rule.
  public init(_ player: MemoryResponder, _ malice: Malice, from first: Int = 1) {
    self.player = player
    self.malice = malice
    self.first = first
  }

  /// How many commands came.
  public var commands: Int { state.withLock { $0.commands } }

  private var isHostile: Bool { commands >= first }

  /// Takes what the host sent.
  public func take(_ bytes: UnsafeRawBufferPointer, endsTransfer: Bool) throws(TransferError) {
    if let message = Message(Array(bytes.prefix(64))), message.header.kind == .command {
      let isFirst = state.withLock { state in
        state.commands += 1
        return state.commands == first
      }
      if isFirst { tamper() }
      if isHostile, let other = misread(message) {
        return try other.span.withUnsafeBytes { bytes throws(TransferError) in
          try player.take(bytes, endsTransfer: endsTransfer)
        }
      }
    }
    try player.take(bytes, endsTransfer: endsTransfer)
  }

  /// What a command is taken for, where handles are asked for that the responder inside does not know.
  private func misread(_ command: Message) -> [UInt8]? {
    var parameters = command.parameters
    switch (malice, OperationCode(rawValue: command.header.code)) {
    case (.manyStorages, .getStorageInfo):
      parameters = [MemoryResponder.defaultStorage.rawValue]
    case (.bottomless, .getObjectHandles) where parameters.count == 3:
      parameters[2] = ObjectHandle.root.rawValue
    case (.bottomless, .getObjectInfo):
      guard let folder = player.objects.first(where: { $0.format == .association }) else {
        return nil
      }
      parameters = [folder.handle.rawValue]
    default: return nil
    }
    return Message(
      .command, code: command.header.code, transaction: command.header.transaction,
      parameters: parameters
    ).encoded
  }

  /// Eight handles that were never given out.
  private func newHandles() -> [UInt32] {
    state.withLock { state in
      defer { state.nextHandle &+= 8 }
      return (0..<8).map { state.nextHandle &+ $0 }
    }
  }

  /// Gives what the player has to say.
  public func give(
    into buffer: UnsafeMutableRawBufferPointer, packetSize: Int
  ) throws(TransferError) -> Reception? {
    guard isHostile else { return try player.give(into: buffer, packetSize: packetSize) }
    if let echo = state.withLock({ $0.takeEcho() }) {
      buffer.copyBytes(from: echo)
      return Reception(count: min(echo.count, buffer.count), isEnd: true)
    }
    guard malice != .silence else { return nil }
    guard let given = try player.give(into: buffer, packetSize: packetSize) else { return nil }
    let isStart = state.withLock { state in
      defer { state.isAtStart = given.isEnd }
      return state.isAtStart
    }
    return try spoil(given, buffer, isStart)
  }

  /// Answers a class request.
  public func control(_ request: ClassRequest) throws(TransferError) -> [UInt8] {
    try player.control(request)
  }

  /// Takes the next event off, if there is one.
  public func nextEvent() throws(TransferError) -> [UInt8]? { try player.nextEvent() }

  /// Ends the halt of an endpoint.
  public func clearStall(_ direction: PipeDirection) { player.clearStall(direction) }

  /// What goes over the wire.
  private func spoil(
    _ given: Reception, _ buffer: UnsafeMutableRawBufferPointer, _ isStart: Bool
  ) throws(TransferError) -> Reception {
    func set(_ bytes: [UInt8], at offset: Int) {
      guard isStart, given.count >= ContainerHeader.size else { return }
      for (index, byte) in bytes.enumerated() { buffer[offset + index] = byte }
    }
    switch malice {
    case .shortLengths: set([11, 0, 0, 0], at: 0)
    case .longLengths: set([0xFE, 0xFF, 0xFF, 0xFF], at: 0)
    case .unknownKinds: set([9, 0], at: 4)
    case .otherTransactions: set([0x77, 0x77, 0x77, 0x77], at: 8)
    case .cutTransfers: return Reception(count: min(given.count, 7), isEnd: true)
    case .emptyTransfers: return Reception(count: 0, isEnd: true)
    case .endlessTransfers where given.count >= ContainerHeader.size && buffer[4] == 2:
      state.withLock { $0.isAtStart = false }
      return Reception(count: buffer.count, isEnd: false)
    case .echoes where given.isEnd: state.withLock { $0.echo = Array(buffer.prefix(given.count)) }
    case .stalls: throw .stalled
    default: break
    }
    return given
  }

  /// What is in the data phases.
  private func tamper() {
    let malice = malice
    player.tamper { [weak self] operation, data in
      switch (malice, operation) {
      case (.cutDatasets, _): data = data.dropLast()
      case (.emptyDatasets, _): data = []
      case (.greatestCounts, _):
        data.replaceSubrange(..<min(4, data.count), with: [255, 255, 255, 255])
      case (.allOnes, _): data = [UInt8](repeating: 0xFF, count: max(data.count, 4096))
      case (.noise, _): data = data.indices.map { UInt8(truncatingIfNeeded: $0 &* 0x9E37 >> 3) }
      case (.manyStorages, .getStorageIDs):
        data = CodeArray.encode((0..<65_535).map { $0 << 16 | 1 })
      case (.manyStorages, .getStorageInfo):
        guard var info = try? StorageInfo(parsing: data) else { return }
        info.accessCapability = 1
        data = info.encoded
      case (.cycles, .getObjectHandles): data = CodeArray.encode([0, 0xFFFF_FFFF, 1, 1, 2])
      case (.bottomless, .getObjectHandles): data = CodeArray.encode(self?.newHandles() ?? [])
      case (.everythingIsAFolder, .getObjectInfo):
        guard var info = try? ObjectInfo(parsing: data) else { return }
        (info.format, info.compressedSize) = (.association, .max)
        data = info.encoded
      default: break
      }
    }
  }
}
