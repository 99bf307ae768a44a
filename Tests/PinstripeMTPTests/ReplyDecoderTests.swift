import PinstripeMTP
import PinstripeProfile
import Testing

/// Every way that a player cuts its reply, fed whole, byte by byte and in between.
struct ReplyDecoderTests {
  static let operation = OperationCode.getObject
  static let id = TransactionID(rawValue: 7)

  struct Outcome: Equatable {
    var payload: [UInt8] = []
    var code: ResponseCode?
    var parameters: [UInt32] = []
    var isShort = false
  }

  static func header(
    _ length: UInt32, kind: ContainerHeader.Kind = .data, id: TransactionID = id
  ) -> [UInt8] {
    var header = ContainerHeader(
      kind: kind, code: operation.rawValue, transaction: id, payload: 0)
    header.length = length
    return header.encoded
  }

  static func response(
    _ code: ResponseCode = .ok, _ parameters: [UInt32] = [], id: TransactionID = id
  ) -> [UInt8] {
    Message(.response, code: code.rawValue, transaction: id, parameters: parameters).encoded
  }

  /// Feeds transfers in pieces of at most `step` bytes.
  static func decode(
    _ transfers: [[UInt8]], step: Int = .max, limit: UInt64 = .max, expected: UInt64? = nil,
    stale: [TransactionID] = [], quirks: Set<Quirk> = []
  ) throws -> Outcome {
    var decoder = ReplyDecoder(
      operation: operation, transaction: id, limit: limit, expected: expected, stale: stale,
      quirks: quirks)
    var outcome = Outcome()
    for transfer in transfers {
      var rest = transfer[...]
      while !rest.isEmpty {
        let part = rest.prefix(step)
        rest = rest.dropFirst(part.count)
        // Junk around the bytes, so that reading outside them shows.
        try ([0xAA] + part + [0xAA]).withUnsafeBytes { bytes in
          let inner = UnsafeRawBufferPointer(rebasing: bytes[1..<(bytes.count - 1)])
          try decoder.feed(inner) { outcome.payload += $0 }
        }
      }
      try decoder.endTransfer()
    }
    outcome.code = decoder.response.map { ResponseCode(rawValue: $0.header.code) }
    outcome.parameters = decoder.response?.parameters ?? []
    outcome.isShort = decoder.isShort
    return outcome
  }

  static let payload = pattern(100)
  static let steps = Array(1...40) + [99, 100, 111, 112, 113, .max]

  @Test(arguments: steps)
  func everyShapeInEveryStep(_ step: Int) throws {
    let data = Self.header(112) + Self.payload
    let good = Outcome(payload: Self.payload, code: .ok)
    let shapes: [(String, [[UInt8]], Outcome)] = [
      ("usual", [data, Self.response()], good),
      ("zero-length packet behind the data", [data, [], Self.response()], good),
      ("header apart", [Self.header(112), Self.payload, Self.response()], good),
      (
        "header apart, zero-length packet",
        [Self.header(112), [], Self.payload, Self.response()], good
      ),
      ("coalesced", [data + Self.response()], good),
      (
        "parameters", [data, Self.response(.ok, [1, 2, 3, 4, 5])],
        Outcome(payload: Self.payload, code: .ok, parameters: [1, 2, 3, 4, 5])
      ),
      (
        "coalesced parameters", [data + Self.response(.ok, [1, 2, 3])],
        Outcome(payload: Self.payload, code: .ok, parameters: [1, 2, 3])
      ),
      ("no data", [Self.response(.storeFull)], Outcome(code: .storeFull)),
      ("empty data", [Self.header(12), Self.response()], Outcome(code: .ok)),
      ("empty data, coalesced", [Self.header(12) + Self.response()], Outcome(code: .ok)),
      (
        "short", [Self.header(112) + Self.payload.prefix(50), Self.response(.incompleteTransfer)],
        Outcome(payload: Array(Self.payload.prefix(50)), code: .incompleteTransfer, isShort: true)
      ),
      (
        "unknown length", [Self.header(.max) + Self.payload, Self.response()], good
      ),
      (
        "unknown length, header apart", [Self.header(.max), Self.payload, Self.response()], good
      ),
      ("leading empty transfers", [[], [], data, Self.response()], good),
    ]
    for (name, transfers, expected) in shapes {
      #expect(try Self.decode(transfers, step: step) == expected, "\(name), step \(step)")
    }
  }

  @Test func aResponseInsteadOfThePayloadIsSeen() throws {
    let outcome = try Self.decode([Self.header(112), Self.response(.accessDenied)])
    #expect(outcome == Outcome(code: .accessDenied, isShort: true))
    // As long as the payload itself, it is the payload.
    let twin = try Self.decode([Self.header(24), Self.response(.accessDenied), Self.response()])
    #expect(twin == Outcome(payload: Self.response(.accessDenied), code: .ok))
  }

  @Test func aResponseMayLackParametersOrStateTheWrongLength() throws {
    var response = Self.response(.ok, [9, 8])
    response[0] = 32
    #expect(try Self.decode([response]).parameters == [9, 8])
    response[0] = 16
    #expect(try Self.decode([response]).parameters == [9])
    response[0] = 255
    #expect(try Self.decode([response + pattern(200)]).parameters.count == 5)
    #expect(throws: ReplyDecoder.Fault.invalidLength(11)) {
      try Self.decode([[11] + response.dropFirst()])
    }
  }

  @Test func staleResponsesArePassedOverUpToAPoint() throws {
    let old = TransactionID(rawValue: 5)
    let stale = Self.response(.transactionCancelled, id: old)
    let transfers = [[UInt8]](repeating: stale, count: 16) + [Self.response()]
    #expect(try Self.decode(transfers, stale: [old]) == Outcome(code: .ok))
    #expect(throws: ReplyDecoder.Fault.onlyStaleResponses) {
      try Self.decode([stale] + transfers, stale: [old])
    }
    #expect(throws: ReplyDecoder.Fault.unexpectedTransaction(5)) { try Self.decode(transfers) }
  }

  /// A player that slept while its transaction was given up sends that data first.
  @Test func staleDataIsPassedOver() throws {
    let old = TransactionID(rawValue: 5)
    let ended = Self.response(id: old)
    let reply = [Self.header(112) + Self.payload, Self.response()]
    let forms: [(String, [[UInt8]])] = [
      ("whole", [Self.header(52, id: old) + pattern(40), ended]),
      ("header apart", [Self.header(52, id: old), pattern(40), ended]),
      ("without payload", [Self.header(12, id: old), ended]),
      ("short", [Self.header(500, id: old) + pattern(40), ended]),
      ("of no length", [Self.header(.max, id: old) + pattern(40), ended]),
      ("joined", [Self.header(52, id: old) + pattern(40) + ended]),
      ("without response", [Self.header(52, id: old) + pattern(40)]),
    ]
    for (name, transfers) in forms {
      let outcome = try Self.decode(transfers + reply, stale: [old])
      #expect(outcome == Outcome(payload: Self.payload, code: .ok), "\(name)")
    }
    #expect(throws: ReplyDecoder.Fault.onlyStaleResponses) {
      try Self.decode([[UInt8]](repeating: Self.header(12, id: old), count: 17), stale: [old])
    }
  }

  @Test func faults() {
    typealias Fault = ReplyDecoder.Fault
    let cases: [(String, [[UInt8]], Fault)] = [
      ("cut header", [[1, 2, 3]], .truncatedHeader),
      ("a length of 0", [Self.header(0)], .invalidLength(0)),
      ("a length of 11", [Self.header(11)], .invalidLength(11)),
      ("a command", [Self.header(12, kind: .command)], .unexpectedKind(1)),
      ("an event", [Self.header(12, kind: .event)], .unexpectedKind(4)),
      ("nonsense", [[UInt8](repeating: 0xFF, count: 64)], .unexpectedKind(0xFFFF)),
      ("foreign data", [Self.header(20, id: TransactionID(rawValue: 9))], .unexpectedData(9)),
      ("two data phases", [Self.header(12), Self.header(12)], .unexpectedKind(2)),
      ("too long", [Self.header(14) + pattern(40)], .dataTooLong(2)),
      ("empty transfers", [[], [], [], [], []], .onlyEmptyTransfers),
      ("header and nothing", [Self.header(20), [], [], [], [], []], .onlyEmptyTransfers),
    ]
    for (name, transfers, fault) in cases {
      #expect(throws: fault, "\(name)") { try Self.decode(transfers) }
    }
    #expect(throws: Fault.dataTooLong(99)) {
      try Self.decode([Self.header(112) + Self.payload], limit: 99)
    }
    #expect(throws: Fault.dataTooLong(99)) {
      try Self.decode([Self.header(.max) + Self.payload], limit: 99)
    }
    #expect(throws: Fault.unexpectedOperation(0x1009)) {
      var decoder = ReplyDecoder(
        operation: .getObjectInfo, transaction: Self.id, limit: 500)
      try Self.header(112).withUnsafeBytes { try decoder.feed($0) { _ in } }
    }
  }

  /// umtp-responder cuts a container's length to 32 bits; 4 GiB + 88 bytes look like 100 then.
  @Test func aWrappedLengthIsBelievedOnlyWhenItIsExpected() throws {
    var decoder = ReplyDecoder(
      operation: Self.operation, transaction: Self.id, limit: .max, expected: 1 << 32 + 88)
    try (Self.header(100) + pattern(200)).withUnsafeBytes { try decoder.feed($0) { _ in } }
    #expect(decoder.received == 200)
    #expect(decoder.isInData)
    #expect(throws: ReplyDecoder.Fault.dataTooLong(88)) {
      try Self.decode([Self.header(100) + pattern(200)])
    }
  }

  @Test func anyBytesAreAnOutcomeOrAFault() {
    var random = SplitMix(seed: 1)
    for round in 0..<20_000 {
      var transfers: [[UInt8]] = [Self.header(112) + Self.payload, Self.response()]
      for _ in 0..<Int.random(in: 1...6, using: &random) {
        let transfer = Int.random(in: 0...1, using: &random)
        let position = Int.random(in: 0..<12, using: &random)
        transfers[transfer][position] = UInt8.random(in: 0...255, using: &random)
      }
      do {
        _ = try Self.decode(transfers, step: Int.random(in: 1...64, using: &random), limit: 4096)
      } catch {
        #expect(error is ReplyDecoder.Fault, "round \(round)")
      }
    }
  }
}

/// A generator whose numbers are the same in every run.
struct SplitMix: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) {
    state = seed
  }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
