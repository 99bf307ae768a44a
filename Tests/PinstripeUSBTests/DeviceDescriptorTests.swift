import Testing

@testable import PinstripeUSB

@Suite struct DeviceDescriptorTests {
  @Test func everyFieldIsRead() throws {
    let found = try DeviceDescriptor(parsing: Samples.deviceDescriptor)
    #expect(found.usbVersion == 0x0200)
    #expect(found.vendorID == 0x1D6B)
    #expect(found.productID == 0x0100)
    #expect(found.release == 0x0123)
    #expect(
      [found.manufacturerIndex, found.productIndex, found.serialNumberIndex] == [1, 2, 3])
    #expect(found.configurationCount == 1)
  }

  @Test func everyTruncationIsRefused() {
    for count in 0..<18 {
      #expect(throws: DescriptorError.self, "\(count) bytes") {
        try DeviceDescriptor(parsing: Array(Samples.deviceDescriptor.prefix(count)))
      }
    }
  }

  /// A device descriptor that claims 9 bytes, and one of 20.
  @Test func libusbIssue1813NineBytesAreTooShortAndTwentyAreRead() throws {
    var short = Samples.deviceDescriptor
    short[0] = 9
    #expect(throws: DescriptorError.tooShort(type: 1, length: 9, minimum: 18)) {
      try DeviceDescriptor(parsing: short)
    }
    let long = [20] + Samples.deviceDescriptor.dropFirst() + [0xEE, 0xEE]
    let usual = try DeviceDescriptor(parsing: Samples.deviceDescriptor)
    #expect(try DeviceDescriptor(parsing: long) == usual)
    #expect(throws: DescriptorError.truncated(type: 1, needed: 20, available: 19)) {
      try DeviceDescriptor(parsing: long.dropLast())
    }
    // In front of the configurations, its own length says where those start.
    let attribute = long + Samples.player
    #expect(try ConfigurationDescriptor.all(inAttribute: attribute).map(\.value) == [1])
  }

  @Test func everyMutationEndsInAValueOrATypedError() {
    for index in 0..<18 {
      for value in UInt8.min...UInt8.max {
        var bytes = Samples.deviceDescriptor
        bytes[index] = value
        let isRefused = (try? DeviceDescriptor(parsing: bytes)) == nil
        #expect(isRefused == ((index == 0 && value != 18) || (index == 1 && value != 1)))
      }
    }
  }
}
