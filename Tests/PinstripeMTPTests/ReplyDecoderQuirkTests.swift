import PinstripeMTP
import PinstripeProfile
import Testing

/// Replies of players with quirks, fed whole, byte by byte and in between.
struct ReplyDecoderQuirkTests {
  private typealias Plain = ReplyDecoderTests

  private static let byte: Set<Quirk> = [.oneByteInsteadOfZeroLengthPacket]
  private static let junk: Set<Quirk> = [.tolerateBadResponseHeader]

  /// A data phase whose transfer has `length` bytes with its header, and perhaps more.
  private static func data(_ length: Int, _ more: [UInt8]) -> [UInt8] {
    Plain.header(UInt32(length)) + pattern(length - ContainerHeader.size) + more
  }

  /// Whatever its value, even that of the first byte of a response, and however it is cut.
  @Test func oneByteMoreIsDropped() throws {
    for length in [64, 128, 512, 576, 4096] {
      for value in [0, 12, 32, 255] as [UInt8] {
        for step in Plain.steps {
          let name = "\(length) bytes, then \(value), in steps of \(step)"
          let transfers = [Self.data(length, [value]), Plain.response()]
          let outcome = try Plain.decode(transfers, step: step, quirks: Self.byte)
          #expect(outcome.payload == pattern(length - 12), "\(name)")
          #expect(outcome.code == .ok && !outcome.isShort, "\(name)")
        }
        #expect(throws: ReplyDecoder.Fault.self) {
          try Plain.decode([Self.data(length, [value]), Plain.response()])
        }
      }
    }
  }

  /// Behind a header sent apart, the payload alone counts.
  @Test func oneByteMoreBehindAHeaderSentApart() throws {
    let transfers = [Plain.header(12 + 64), pattern(64) + [7], Plain.response()]
    #expect(try Plain.decode(transfers, quirks: Self.byte).payload == pattern(64))
    let odd = [Plain.header(12 + 52), pattern(52) + [7], Plain.response()]
    #expect(throws: ReplyDecoder.Fault.self) { try Plain.decode(odd, quirks: Self.byte) }
  }

  /// Wrongly set, it takes nothing from a player that behaves.
  @Test(arguments: [byte, junk, byte.union(junk)])
  func playersThatBehaveAreUnderstood(_ quirks: Set<Quirk>) throws {
    for length in [63, 64, 65, 128] {
      for step in Plain.steps {
        for transfers in [
          [Self.data(length, []), Plain.response(.ok, [5])],
          [Self.data(length, []), [], Plain.response(.ok, [5])],
          [Self.data(length, Plain.response(.ok, [5]))],
        ] {
          let outcome = try Plain.decode(transfers, step: step, quirks: quirks)
          #expect(outcome.payload == pattern(length - 12), "\(length), \(step)")
          #expect(outcome.parameters == [5], "\(length), \(step)")
        }
      }
    }
  }

  /// More than that byte, or one where it has no business, is refused as ever.
  @Test func nothingElseIsDropped() {
    for (length, more) in [(64, [1, 2]), (65, [1]), (63, [1]), (512, [12, 0, 0])]
      as [(Int, [UInt8])]
    {
      #expect(throws: ReplyDecoder.Fault.self, "\(length) and \(more)") {
        try Plain.decode([Self.data(length, more), Plain.response()], quirks: Self.byte)
      }
    }
  }

  /// Creative's ZEN: code and transaction of the data are junk, and the transaction of the response.
  @Test func junkInHeadersIsPassedOver() throws {
    let other = TransactionID(rawValue: 0xD201_D102)
    var header = ContainerHeader(kind: .data, code: 0xD101, transaction: other, payload: 100)
    let data = header.encoded + pattern(100)
    let response = Plain.response(.ok, [9], id: other)
    for step in Plain.steps {
      let outcome = try Plain.decode([data, response], step: step, quirks: Self.junk)
      #expect(outcome.payload == pattern(100) && outcome.parameters == [9], "\(step)")
    }
    #expect(throws: ReplyDecoder.Fault.self) { try Plain.decode([data, response]) }
    #expect(throws: ReplyDecoder.Fault.self) { try Plain.decode([response]) }
    // Length and type still count, and so does what was given up before.
    header.length = 5
    #expect(throws: ReplyDecoder.Fault.self) {
      try Plain.decode([header.encoded], quirks: Self.junk)
    }
    let stale = [other]
    let late = [response, Plain.response(.ok, [1])]
    #expect(try Plain.decode(late, stale: stale, quirks: Self.junk).parameters == [1])
  }
}
