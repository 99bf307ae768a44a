import Testing

@testable import PinstripeUSB

@Suite struct MTPInterfaceTests {
  private func candidates(
    _ bodies: [UInt8]..., active: UInt8? = 1
  ) throws -> [MTPInterface.Candidate] {
    var configurations: [ConfigurationDescriptor] = []
    for (index, body) in bodies.enumerated() {
      let bytes = Samples.configuration(body, value: UInt8(index + 1))
      configurations.append(try ConfigurationDescriptor(parsing: bytes))
    }
    return MTPInterface.candidates(in: configurations, active: active)
  }

  @Test func aStillImageInterfaceIsFoundWithItsEndpoints() throws {
    let found = try #require(
      try candidates(Samples.interface(2) + Samples.mtpEndpoints()).first)
    #expect(found.isStillImage)
    #expect(found.interface.number == 2)
    #expect(found.interface.configuration == 1)
    #expect(found.interface.alternateSetting == nil)
    #expect(found.interface.bulkOut.address == 0x02)
    #expect(found.interface.bulkIn.address == 0x81)
    #expect(found.interface.interrupt.address == 0x83)
  }

  @Test func theActiveConfigurationComesFirst() throws {
    let body = Samples.interface() + Samples.mtpEndpoints()
    for active in UInt8(1)...3 {
      let found = try candidates(body, body, body, active: active)
      #expect(found.first?.interface.configuration == active)
      #expect(found.count == 3)
    }
  }

  @Test func alternateSettingsAreNamedWhenThereAreSeveral() throws {
    let found = try candidates(
      Samples.interface(alternate: 0, endpoints: 0) + Samples.interface(alternate: 1)
        + Samples.mtpEndpoints())
    #expect(found.map(\.interface.alternateSetting) == [1])
  }

  @Test(
    arguments: [
      ("no endpoint", []),
      ("no interrupt", Samples.endpoint(0x81, 2, 512) + Samples.endpoint(0x02, 2, 512)),
      ("no OUT", Samples.endpoint(0x81, 2, 512) + Samples.endpoint(0x83, 3, 28)),
      ("no IN", Samples.endpoint(0x02, 2, 512) + Samples.endpoint(0x83, 3, 28)),
      ("two OUT", Samples.mtpEndpoints() + Samples.endpoint(0x04, 2, 512)),
      ("two IN", Samples.mtpEndpoints() + Samples.endpoint(0x84, 2, 512)),
      ("empty packets", Samples.mtpEndpoints(0)),
      ("packets of 7", Samples.mtpEndpoints(7)),
      ("packets of 1025", Samples.mtpEndpoints(1025)),
      (
        "endpoint 0",
        Samples.endpoint(0x81, 2, 512) + Samples.endpoint(0x00, 2, 512)
          + Samples.endpoint(0x83, 3, 28)
      ),
      (
        "reserved address bits",
        Samples.endpoint(0x81, 2, 512) + Samples.endpoint(0x12, 2, 512)
          + Samples.endpoint(0x83, 3, 28)
      ),
      (
        "one address twice",
        Samples.endpoint(0x81, 2, 512) + Samples.endpoint(0x02, 2, 512)
          + Samples.endpoint(0x81, 3, 28)
      ),
      (
        "interrupt OUT",
        Samples.endpoint(0x81, 2, 512) + Samples.endpoint(0x02, 2, 512)
          + Samples.endpoint(0x03, 3, 28)
      ),
    ] as [(String, [UInt8])])
  func wrongEndpointsAreNoCandidate(name: String, endpoints: [UInt8]) throws {
    #expect(try candidates(Samples.interface() + endpoints) == [], "\(name)")
  }

  @Test func otherClassesAreNoCandidates() throws {
    for code in UInt8.min...UInt8.max {
      let found = try candidates(
        Samples.interface(class: code, subclass: 1, protocol: 1) + Samples.mtpEndpoints())
      #expect(found.count == (code == 6 || code == 255 ? 1 : 0), "class \(code)")
    }
    let printer = Samples.interface(class: 6, subclass: 1, protocol: 2) + Samples.mtpEndpoints()
    #expect(try candidates(printer) == [])
  }
}
