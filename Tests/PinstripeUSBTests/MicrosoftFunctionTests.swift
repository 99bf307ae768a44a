import Testing

@testable import PinstripeUSB

@Suite struct MicrosoftFunctionTests {
  static let osString: [UInt8] =
    [18, 3] + "MSFT100".utf16.flatMap { [UInt8($0), 0] } + [0xC4, 0]

  static func descriptor(_ functions: [(UInt8, String)]) -> [UInt8] {
    let size = 16 + 24 * functions.count
    let header: [UInt8] = [UInt8(size & 0xFF), UInt8(size >> 8), 0, 0, 0, 1, 4, 0]
    let sections = functions.flatMap { number, id in
      [number, 1] + Array(id.utf8) + [UInt8](repeating: 0, count: 22 - id.utf8.count)
    }
    return header + [UInt8(functions.count)] + [UInt8](repeating: 0, count: 7) + sections
  }

  @Test func theVendorCodeIsRead() {
    #expect(MicrosoftFunction.vendorCode(Self.osString) == 0xC4)
    for count in 0..<18 {
      #expect(MicrosoftFunction.vendorCode(Array(Self.osString.prefix(count))) == nil)
    }
    for index in 0..<16 where index != 0 {
      var bytes = Self.osString
      bytes[index] ^= 1
      #expect(MicrosoftFunction.vendorCode(bytes) == nil, "byte \(index)")
    }
  }

  @Test func functionsAreRead() throws {
    let found = try MicrosoftFunction.all(parsing: Self.descriptor([(0, "PTP"), (2, "MTP")]))
    #expect(
      found == [
        MicrosoftFunction(interface: 0, compatibleID: "PTP"),
        MicrosoftFunction(interface: 2, compatibleID: "MTP"),
      ])
  }

  @Test func everyTruncationAndEveryCountIsRefusedOrRead() {
    let bytes = Self.descriptor([(0, "PTP"), (2, "MTP")])
    for count in bytes.indices {
      #expect(throws: DescriptorError.malformedSystemDescriptor, "\(count) bytes") {
        try MicrosoftFunction.all(parsing: Array(bytes.prefix(count)))
      }
    }
    for count in UInt8.min...UInt8.max {
      var bytes = bytes
      bytes[8] = count
      #expect((try? MicrosoftFunction.all(parsing: bytes))?.count == (count > 2 ? nil : Int(count)))
    }
    var other = bytes
    other[6] = 5
    #expect(throws: DescriptorError.malformedSystemDescriptor) {
      try MicrosoftFunction.all(parsing: other)
    }
  }
}
