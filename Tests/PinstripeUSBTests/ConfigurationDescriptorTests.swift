import Testing

@testable import PinstripeUSB

@Suite struct ConfigurationDescriptorTests {
  @Test func aPlayersConfigurationIsRead() throws {
    let found = try ConfigurationDescriptor(parsing: Samples.player)
    #expect(found.value == 1)
    let interface = try #require(found.interfaces.first)
    #expect(found.interfaces.count == 1)
    #expect(
      [interface.interfaceClass, interface.subclass, interface.protocolCode] == [6, 1, 1])
    #expect(interface.nameIndex == 5)
    #expect(interface.endpoints.map(\.address) == [0x81, 0x02, 0x83])
    #expect(interface.endpoints.map(\.kind) == [.bulk, .bulk, .interrupt])
    #expect(interface.endpoints.map(\.packetSize) == [512, 512, 28])
    #expect(interface.endpoints.map(\.isIn) == [true, false, true])
  }

  @Test func everyTruncationIsRefused() {
    for count in 0..<Samples.player.count {
      #expect(throws: DescriptorError.self, "\(count) bytes") {
        try ConfigurationDescriptor(parsing: Array(Samples.player.prefix(count)))
      }
    }
  }

  /// Also when wTotalLength agrees with what is there: then a cut is seen unless it falls between
  /// two descriptors.
  @Test func everyTruncationThatTheHeaderAgreesWithIsRefused() {
    let borders: Set = [9, 18, 25, 32, 39]
    for count in 9..<Samples.player.count {
      var bytes = Array(Samples.player.prefix(count))
      bytes[2] = UInt8(count)
      let parsed = try? ConfigurationDescriptor(parsing: bytes)
      #expect((parsed != nil) == borders.contains(count), "\(count) bytes")
    }
  }

  @Test func everyMutationEndsInAValueOrATypedError() {
    var refused = 0
    for index in Samples.player.indices {
      for value in UInt8.min...UInt8.max {
        var bytes = Samples.player
        bytes[index] = value
        do throws(DescriptorError) {
          let found = try ConfigurationDescriptor(parsing: bytes)
          #expect(found.interfaces.count <= 5, "byte \(index) = \(value)")
        } catch {
          refused += 1
        }
      }
    }
    #expect(refused > 1000)
  }

  @Test(arguments: [0, 1]) func aDescriptorOfNoLengthDoesNotLoop(length: UInt8) {
    var bytes = Samples.player
    bytes[9] = length
    #expect(throws: DescriptorError.tooShort(type: 4, length: Int(length), minimum: 2)) {
      try ConfigurationDescriptor(parsing: bytes)
    }
  }

  /// Lengths of 9 and 20 bytes where 7 and 18 are usual.
  @Test(arguments: [7, 9, 20, 255])
  func libusbIssue1813LongEndpointsAreReadAsFarAsTheStandardGoes(length: Int) throws {
    let endpoints = [Samples.endpoint(0x81, 2, 512), Samples.endpoint(0x02, 2, 64)].flatMap {
      [UInt8(length)] + $0.dropFirst() + [UInt8](repeating: 5, count: length - 7)
    }
    let bytes = Samples.configuration(Samples.interface() + endpoints)
    let found = try ConfigurationDescriptor(parsing: bytes)
    #expect(found.interfaces.first?.endpoints.map(\.packetSize) == [512, 64], "length \(length)")
  }

  @Test(arguments: 2...6) func shortEndpointsAreRefused(length: Int) {
    let endpoint = [UInt8(length)] + Samples.endpoint(0x81, 2, 512).dropFirst().prefix(length - 1)
    let bytes = Samples.configuration(Samples.interface() + endpoint)
    #expect(throws: DescriptorError.tooShort(type: 5, length: length, minimum: 7)) {
      try ConfigurationDescriptor(parsing: bytes)
    }
  }

  @Test func unknownDescriptorsAreSkipped() throws {
    let companion: [UInt8] = [6, 0x30, 15, 0, 0, 0]
    let association: [UInt8] = [8, 11, 0, 1, 6, 1, 1, 0]
    let bytes = Samples.configuration(
      association + Samples.interface() + Samples.endpoint(0x81, 2, 1024) + companion
        + Samples.endpoint(0x02, 2, 1024) + companion)
    let found = try ConfigurationDescriptor(parsing: bytes)
    #expect(found.interfaces.first?.endpoints.map(\.packetSize) == [1024, 1024])
  }

  @Test func anEndpointWithoutAnInterfaceIsRefused() {
    let bytes = Samples.configuration(Samples.endpoint(0x81, 2, 512))
    #expect(throws: DescriptorError.strayEndpoint) { try ConfigurationDescriptor(parsing: bytes) }
  }

  @Test func countsAreCapped() throws {
    let endpoint = Samples.endpoint(0x81, 2, 512)
    func endpoints(_ count: Int) -> [UInt8] {
      Samples.configuration(
        Samples.interface() + Array(repeatElement(endpoint, count: count)).flatMap { $0 })
    }
    #expect(try ConfigurationDescriptor(parsing: endpoints(30)).interfaces[0].endpoints.count == 30)
    #expect(throws: DescriptorError.tooMany("endpoints", limit: 30)) {
      try ConfigurationDescriptor(parsing: endpoints(31))
    }
    func interfaces(_ count: Int) -> [UInt8] {
      Samples.configuration(Array(repeatElement(Samples.interface(), count: count)).flatMap { $0 })
    }
    #expect(try ConfigurationDescriptor(parsing: interfaces(256)).interfaces.count == 256)
    #expect(throws: DescriptorError.tooMany("interfaces", limit: 256)) {
      try ConfigurationDescriptor(parsing: interfaces(257))
    }
  }

  @Test func aTotalLengthBelowItsOwnDescriptorIsRefused() {
    for total in 0..<9 {
      var bytes = Samples.player
      bytes[2] = UInt8(total)
      #expect(throws: DescriptorError.tooShort(type: 2, length: total, minimum: 9)) {
        try ConfigurationDescriptor(parsing: bytes)
      }
    }
  }

  @Test func theAttributeHoldsSeveralConfigurations() throws {
    let second = Samples.configuration(Samples.interface(class: 8), value: 2)
    let found = try ConfigurationDescriptor.all(
      inAttribute: Samples.attribute(Samples.player, second))
    #expect(found.map(\.value) == [1, 2])
    #expect(found.map { $0.interfaces[0].interfaceClass } == [6, 8])
    #expect(try ConfigurationDescriptor.all(inAttribute: []) == [])
    #expect(throws: DescriptorError.self) {
      try ConfigurationDescriptor.all(inAttribute: Samples.attribute(Samples.player, [9]))
    }
    #expect(throws: DescriptorError.tooMany("configurations", limit: 8)) {
      let nine = Array(repeatElement(Samples.player, count: 9)).flatMap { $0 }
      _ = try ConfigurationDescriptor.all(inAttribute: Samples.attribute(nine))
    }
  }
}
