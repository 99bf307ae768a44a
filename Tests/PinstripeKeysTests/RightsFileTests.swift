import PinstripeCore
import Testing

@testable import PinstripeKeys

struct RightsFileTests {
  let box: Keybox

  init() throws { box = try Keybox.makeTest() }

  @Test func liesAsDocumented() throws {
    let bytes = try RightsFile.issue(
      for: box, plays: 0x0403_0201, notBefore: 0x11, notAfter: 0x2222)
    #expect(bytes.count == 128)
    #expect(bytes[..<8] == [1, 0, 3, 0, 1, 2, 3, 4])
    #expect(Array(bytes[24..<40]) == box.deviceID.bytes)
    #expect(bytes[56..<72] == [0x11, 0, 0, 0, 0, 0, 0, 0, 0x22, 0x22, 0, 0, 0, 0, 0, 0])
    #expect(bytes[72..<96].allSatisfy { $0 == 0 })
    let provider = ProviderTable()
    #expect(provider.load(box.deviceSecret.withBytes { $0.bytes(at: 0, count: 32) }, at: 1) == 0)
    let info = Array("pinstripe v1 rights".utf8) + [0]
    #expect(provider.derive(7, from: 1, salt: [], info: info) == 0)
    #expect(Array(bytes[96...]) == provider.mac(Array(bytes[..<96]), key: 7))
    let again = try RightsFile.issue(for: box, plays: 0, notBefore: 0, notAfter: 0)
    #expect(again[8..<24] != bytes[8..<24] && again[40..<56] != bytes[40..<56])
  }

  @Test func isVerifiedByTheDeviceOnly() throws {
    let bytes = try RightsFile.issue(for: box, plays: 2, notBefore: 0, notAfter: 0)
    #expect(try RightsFile.isVerified(bytes.span, with: box))
    let other = try Keybox.makeTest()
    #expect(try !RightsFile.isVerified(bytes.span, with: other))
    for bit in 0..<1024 {
      var edited = bytes
      edited[bit / 8] ^= 1 << (bit % 8)
      let isRead = (try? RightsFile.read(edited.span)) != nil
      let isVerified = (try? RightsFile.isVerified(edited.span, with: box)) == true
      #expect(!isVerified, "bit \(bit), read: \(isRead)")
    }
  }

  @Test func refusesTheImpossible() throws {
    #expect(throws: KeyError(.argument, "")) {
      try RightsFile.issue(for: box, plays: 0, notBefore: 2, notAfter: 1)
    }
    for length in [0, 1, 96, 127, 129] {
      let bytes = [UInt8](repeating: 1, count: length)
      #expect(throws: KeyError(.wrongKind, ""), "\(length) bytes") {
        try RightsFile.read(bytes.span)
      }
    }
  }
}
