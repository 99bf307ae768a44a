import Glibc
import PinstripeCore
import PinstripeKeys
import PinstripeMTP
import PinstripePipe
import PinstripeProfile
import PinstripeTestSupport
import Synchronization
import TestTools
import Testing

@testable import Pinstripe

/// A player, a journal, and a track that is cut off on its way.
private struct Rig {
  static let content = TestFile.content(300_000)
  let bench: Bench
  let player: Player
  var recipe: TrackRecipe

  init(quirks: Set<Quirk> = [], operations: Set<OperationCode>? = nil) throws {
    bench = try Bench()
    recipe = try bench.recipe()
    player = Player(quirks: quirks, operations: operations)
  }

  var journalPath: String { bench.folder("part") }
  var hasJournal: Bool { access(journalPath, F_OK) == 0 }

  /// Plugs the player in, in what may be another process each time.
  func connect(
    _ faults: (LoopbackPipe) -> any BulkPipe = { $0 }
  ) async throws -> MTPTransport {
    let transport = try await player.connect(faults)
    transport.keepParts(in: PartJournal(path: journalPath, minimum: 100_000))
    return transport
  }

  func stream(_ content: [UInt8] = Rig.content) throws -> TrackStream {
    try TrackStream(MemorySource(content), recipe: recipe)
  }

  /// Sends a track over a cable that fails after so many bytes.
  func cutOff(after limit: Int, _ content: [UInt8] = Rig.content) async throws {
    try await cutOff(try stream(content), named: "a.pst", after: limit)
  }

  func cutOff(_ stream: any ByteStream, named name: String, after limit: Int) async throws {
    let transport = try await connect { CutPipe($0, after: limit, .timedOut) }
    await #expect(throws: PinstripeError.self) {
      try await transport.put(stream, named: name, replacing: true, progress: nil)
    }
    await transport.close()
  }

  /// Sends a track over a good cable.
  func put(_ content: [UInt8] = Rig.content, named name: String = "a.pst") async throws -> UInt64 {
    let transport = try await connect()
    let offset = try await transport.put(
      stream(content), named: name, replacing: true, progress: nil)
    await transport.close()
    return offset
  }

  /// The part that the player has.
  var part: StoredObject? {
    player.responder.objects.first { TrackName.isTemporary($0.name) }
  }

  /// Puts other bytes in the part's place.
  func changePart(_ change: (inout [UInt8]) -> Void) async throws {
    let part = try #require(self.part)
    guard case .bytes(var bytes) = part.content else { return }
    change(&bytes)
    try await player.connect().session.deleteObject(part.handle)
    player.responder.add(part.name, content: .bytes(bytes), in: part.parent)
  }

  /// The track's file nonce: one key stands behind it.
  static func nonce(_ track: [UInt8]) throws -> [UInt8] {
    let header = try MainHeader(decoding: Array(track.prefix(4096)).span)
    return header.nonce.indices.map { header.nonce[$0] }
  }

  /// Whether the player holds just this, whole, and nobody remembers anything of a part.
  func expect(
    _ content: [UInt8] = Rig.content, _ comment: Comment? = nil,
    _ location: SourceLocation = #_sourceLocation
  ) throws {
    #expect(Array(player.files.keys) == ["a.pst"], comment, sourceLocation: location)
    TestFile.write(try #require(player.files["a.pst"]), to: bench.folder("t"))
    #expect(
      try bench.content(of: bench.folder("t")) == content, comment, sourceLocation: location)
    #expect(!hasJournal, comment, sourceLocation: location)
  }
}

extension StoredObject {
  fileprivate var bytes: [UInt8] {
    if case .bytes(let bytes) = content { bytes } else { [] }
  }
}

/// A cable that fails within the first transfer that is longer than a limit, and works from then on.
final class CutPipe: ForwardingPipe {
  let pipe: any BulkPipe
  private let limit: Int
  private let error: TransferError
  private let hasFailed = Mutex(false)

  init(_ pipe: any BulkPipe, after limit: Int, _ error: TransferError) {
    self.pipe = pipe
    self.limit = limit
    self.error = error
  }

  func send(
    end: TransferEnd, timeout: Duration, fill: (UnsafeMutableRawBufferPointer) throws -> Int
  ) async throws -> UInt64 {
    var sent = 0
    return try await pipe.send(end: end, timeout: timeout) { buffer in
      let count = try fill(buffer)
      sent += count
      if sent > limit, hasFailed.withLock({ $0.exchange() }) { throw error }
      return count
    }
  }
}

extension Bool {
  /// Sets it; returns whether it was not set before.
  fileprivate mutating func exchange() -> Bool {
    defer { self = true }
    return !self
  }
}

/// A track that was cut off goes on where it ended, and keystream meets no other bytes than before.
struct ResumeTests {
  @Test(arguments: [true, false])
  func aTrackGoesOnWhereItWasCutOff(_ isFramed: Bool) async throws {
    var rig = try Rig()
    var content = Rig.content
    if isFramed {
      content = Array(
        try #require(TestFile.read(Repository.root + "/Examples/Media/idle_tune.mp3")).prefix(
          300_000))
      rig.recipe.pattern = nil
    }
    try await rig.cutOff(after: 200_000, content)
    let part = try #require(rig.part)
    #expect(part.bytes.count > 150_000 && rig.hasJournal)
    #expect(rig.player.visible.isEmpty)
    #expect(try await rig.put(content) == UInt64(part.bytes.count / 65536 * 65536))
    try rig.expect(content)
    let track = try #require(rig.player.files["a.pst"])
    #expect(track.starts(with: part.bytes))
    #expect(rig.player.responder.history.filter { $0 == .sendObject }.count == 1)
    #expect(rig.player.responder.history.filter { $0 == .sendPartialObject }.count == 1)
  }

  @Test func aFileThatGoesAsItIsGoesOnToo() async throws {
    let rig = try Rig()
    try await rig.cutOff(
      ClearStream(MemorySource(Rig.content)), named: "a.mp3", after: 200_000)
    let size = try #require(rig.part?.bytes.count)
    let offset = try await rig.connect().put(
      ClearStream(MemorySource(Rig.content)), named: "a.mp3", replacing: false, progress: nil)
    #expect(offset == UInt64(size / 65536 * 65536) && offset > 0)
    #expect(rig.player.files == ["a.mp3": Rig.content])
  }

  @Test func aTrackOfWhichAllCameIsVerifiedAndNamed() async throws {
    let rig = try Rig()
    try await rig.cutOff(after: 304_000)
    #expect(try await rig.put() == 262_144)
    try rig.expect()
  }

  /// The key of a part is used for no other bytes.
  @Test func otherContentGetsAnotherKey() async throws {
    for index in [0, 150_000, 299_999] {
      let rig = try Rig()
      try await rig.cutOff(after: 200_000)
      let nonce = try Rig.nonce(try #require(rig.part).bytes)
      var content = Rig.content
      content[index] ^= 1
      #expect(try await rig.put(content) == 0)
      try rig.expect(content)
      #expect(try Rig.nonce(try #require(rig.player.files["a.pst"])) != nonce)
    }
  }

  @Test func anotherPatternOrRecipientGetsAnotherKey() async throws {
    let other = try Keybox.makeTest().playbackKey(name: "Other").wrappingKey()
    for change in 0..<4 {
      var rig = try Rig()
      try await rig.cutOff(after: 200_000)
      let nonce = try Rig.nonce(try #require(rig.part).bytes)
      switch change {
      case 0: rig.recipe.pattern = try StripePattern(every: 9)
      case 1: rig.recipe.suite = .aes128CTR
      case 2: rig.recipe.recipients.append(other)
      default: rig.recipe.recipients.insert(other, at: 0)
      }
      #expect(try await rig.put() == 0, "change \(change)")
      try rig.expect()
      #expect(try Rig.nonce(try #require(rig.player.files["a.pst"])) != nonce)
    }
  }

  /// Somebody who can write to the player gives us the part of another track that begins alike and has
  /// another end: under its key, that end and ours would open each other.
  @Test func aPartThatWasExchangedIsNotContinued() async throws {
    let rig = try Rig()
    try await rig.cutOff(after: 200_000)
    let other = try rig.stream(Rig.content.dropLast() + [0xEE]).bytes(reads: 65_536)
    try await rig.changePart { $0 = Array(other.prefix($0.count)) }
    #expect(try await rig.put() == 0)
    try rig.expect()
    #expect(try Rig.nonce(try #require(rig.player.files["a.pst"])) != Rig.nonce(other))
  }

  /// What a card lost when it was pulled out.
  @Test(arguments: [(0, 0), (5000, 0), (65_535, 0), (65_536, 65_536), (140_000, 131_072)])
  func aDamagedPartIsCutOffBeforeTheDamage(_ index: Int, _ offset: UInt64) async throws {
    let rig = try Rig()
    try await rig.cutOff(after: 200_000)
    try await rig.changePart { for place in index..<$0.count { $0[place] ^= 0xFF } }
    #expect(try await rig.put() == offset)
    try rig.expect()
  }

  @Test(arguments: [0, 1, 4095, 4096, 65_535, 65_536])
  func aPartThatIsShorterThanItWas(_ size: Int) async throws {
    let rig = try Rig()
    try await rig.cutOff(after: 200_000)
    try await rig.changePart { $0 = Array($0.prefix(size)) }
    #expect(try await rig.put() == UInt64(size / 65_536 * 65_536))
    try rig.expect()
  }

  /// umtp-responder keeps a part; Android deletes it; most other players cannot edit.
  @Test func wherePartsAreGoneOrCannotBeEditedAllIsSentAgain() async throws {
    let rig = try Rig()
    try await rig.cutOff(after: 200_000)
    try await rig.player.connect().session.deleteObject(try #require(rig.part).handle)
    #expect(try await rig.put() == 0)
    try rig.expect()
    let missing: [OperationCode] = [.sendPartialObject, .truncateObject, .beginEditObject]
    for operation in missing {
      let rig = try Rig(operations: Set(MemoryResponder.implemented).subtracting([operation]))
      try await rig.cutOff(after: 200_000)
      #expect(rig.part == nil && !rig.hasJournal)
      #expect(try await rig.put() == 0)
      try rig.expect()
    }
  }

  @Test(arguments: [OperationCode.sendPartialObject, .truncateObject, .beginEditObject])
  func aPlayerThatRefusesToEditGetsAllAgain(_ operation: OperationCode) async throws {
    let rig = try Rig()
    try await rig.cutOff(after: 200_000)
    let nonce = try Rig.nonce(try #require(rig.part).bytes)
    rig.player.responder.refuse(operation, with: .accessDenied)
    #expect(try await rig.put() == 0)
    try rig.expect()
    #expect(try Rig.nonce(try #require(rig.player.files["a.pst"])) != nonce)
  }

  /// Whoever cancels is told that nothing is left.
  @Test func aTrackThatIsCancelledLeavesNoPart() async throws {
    let rig = try Rig()
    for isResumed in [false, true] {
      if isResumed { try await rig.cutOff(after: 200_000) }
      let transport = try await rig.connect()
      nonisolated(unsafe) let stream = try rig.stream()
      let code: PinstripeError.Code? = await Task {
        do throws(PinstripeError) {
          try await transport.put(stream, named: "a.pst", replacing: true) { sent in
            if sent >= 250_000 { withUnsafeCurrentTask { $0?.cancel() } }
          }
          return nil
        } catch {
          return error.code
        }
      }.value
      #expect(code == .cancelled)
      #expect(rig.player.files.isEmpty && !rig.hasJournal)
    }
  }

  @Test func aPartLastsUntilTheNextPut() async throws {
    let rig = try Rig()
    try await rig.cutOff(after: 200_000)
    let size = UInt64(try #require(rig.part).bytes.count)
    let transport = try await rig.connect()
    let before = try await transport.freeSpace()
    #expect(try await transport.list(tidying: true).isEmpty)
    #expect(rig.part != nil)
    // Its room is the next track's.
    #expect(try await transport.freeSpace() == before + size)
    await transport.close()
    #expect(try await rig.put([1, 2, 3], named: "b.pst") == 0)
    #expect(rig.part == nil && !rig.hasJournal && rig.player.visible == ["b.pst"])
  }

  @Test func aJournalThatCannotBeReadCountsAsNone() async throws {
    let outside = #"{"place": "../x", "name": "y", "source": "", "header": ""}"#
    for text in ["", "{", #"{"place": 1}"#, outside] {
      let rig = try Rig()
      try await rig.cutOff(after: 200_000)
      TestFile.write(Array(text.utf8), to: rig.journalPath)
      #expect(try await rig.put() == 0)
      #expect(rig.player.visible == ["a.pst"] && rig.part == nil)
    }
  }

  @Test func aTrackThatIsReplacedStaysUntilThen() async throws {
    let rig = try Rig()
    let old = TestFile.content(1000)
    #expect(try await rig.put(old) == 0)
    let track = rig.player.files["a.pst"]
    try await rig.cutOff(after: 200_000)
    #expect(rig.player.files["a.pst"] == track)
    #expect(try await rig.put() == 131_072)
    try rig.expect()
  }
}

/// Cables that fail while a track is continued: at every call, once and from then on.
struct ResumeFaultTests {
  @Test(
    arguments: [
      FaultInjector.Fault.fail(.stalled), .fail(.timedOut), .fail(.fault(code: -1)),
      .cut(after: 20_000, .fault(code: -1)), .shortWrite(600), .disconnect,
    ], [FaultInjector.Persistence.once, .fromThenOn])
  func everyCallMayFail(
    _ fault: FaultInjector.Fault, _ persistence: FaultInjector.Persistence
  ) async throws {
    let content = Array(Rig.content.prefix(100_000))
    for call in 1..<200 {
      let rig = try Rig()
      try await rig.cutOff(after: 90_000, content)
      // What anybody could have copied, by the key it is under.
      var seen: [[UInt8]: [UInt8]] = [:]
      func look(_ comment: Comment) throws {
        for bytes in rig.player.tracks where bytes.count > 4096 {
          let nonce = try Rig.nonce(bytes)
          let payload = bytes.dropFirst(4096).prefix(content.count)
          if let other = seen[nonce] {
            let common = min(other.count, payload.count)
            #expect(other.prefix(common).elementsEqual(payload.prefix(common)), comment)
          }
          seen[nonce] = Array(payload)
        }
      }
      let comment: Comment = "\(fault) at call \(call), \(persistence)"
      try look(comment)
      var injector: FaultInjector?
      let stream = try rig.stream(content)
      do throws(PinstripeError) {
        let pipe = FaultInjector(
          LoopbackPipe(to: rig.player.responder, chunkSize: 8192), at: call, fault, persistence)
        injector = pipe
        let transport = try await MTPTransport(
          opening: pipe, profile: rig.player.profile, name: "Test player")
        transport.keepParts(in: PartJournal(path: rig.journalPath, minimum: 100_000))
        _ = try await transport.put(stream, named: "a.pst", replacing: true, progress: nil)
        await transport.close()
      } catch {
        #expect(error.message.hasSuffix("."), comment)
      }
      // Nothing shows that is not whole.
      if !rig.player.visible.isEmpty {
        TestFile.write(try #require(rig.player.files["a.pst"]), to: rig.bench.folder("t"))
        #expect(try rig.bench.content(of: rig.bench.folder("t")) == content, comment)
      }
      if persistence == .fromThenOn { try look(comment) }
      _ = try await rig.put(content)
      try look(comment)
      try rig.expect(content, comment)
      if (injector?.calls ?? 0) < call { return }
    }
    Issue.record("200 calls were not enough")
  }
}
