import Testing

@testable import PinstripeKeys

struct KeyboxTests {
  @Test func readsWhatItWrote() throws {
    let box = try Keybox.makeTest()
    let again = try box.encoded().withBytes { bytes throws(KeyError) in
      #expect(bytes.count == 128)
      return try Keybox(decoding: bytes)
    }
    #expect(again.deviceID == box.deviceID)
    #expect(again.epoch == 1)
    #expect(again.isTest)
    #expect(again.epochSalt == box.epochSalt)
    #expect(again.deviceSecret.equals(box.deviceSecret))
  }
}
