import Testing

@testable import PinstripeUSB

@Suite struct USBDeviceTests {
  /// Answers string requests from a table, with English second among the languages.
  private func answer(
    _ strings: [UInt8: [UInt8]]
  ) -> ([UInt8], [UInt8]) -> Result<[UInt8], FakeState.StatusError>? {
    { setup, _ in
      guard setup[0] == 0x80, setup[1] == 6, setup[3] == 3 else {
        return .failure(FakeState.StatusError(status: .stalled))
      }
      if setup[2] == 0 { return .success([6, 3, 0x07, 0x04, 0x09, 0x04]) }
      let isEnglish = setup[4] == 0x09 && setup[5] == 0x04
      guard isEnglish || setup[2] == 0xEE, let string = strings[setup[2]] else {
        return .failure(FakeState.StatusError(status: .stalled))
      }
      return .success(string)
    }
  }

  @Test func stringsComeFromTheKernelWithoutOpening() async throws {
    let usb = FakeLibUSB()
    let player = try Rig.player(
      usb,
      FakeAttributes(["manufacturer": Array("Acme\n".utf8), "product": [], "serial": [0x37]]))
    #expect(
      try await player.strings()
        == USBStrings(manufacturer: "Acme", product: "", serialNumber: "7"))
    #expect(usb.with { !$0.callNames.contains("open") })
    #expect(player.vendorID == 0x1D6B && player.productID == 0x0100 && player.release == 0x0123)
    #expect("\(player)" == "1d6b:0100 (bus 1, device 5)")
  }

  @Test func stringsComeFromTheDeviceWhereTheKernelHasNone() async throws {
    let usb = FakeLibUSB()
    usb.with {
      $0.control = answer([1: Samples.string("Ac\u{FC}me \u{1F3B5}"), 3: Samples.string("")])
    }
    let player = try Rig.player(usb, FakeAttributes([:]))
    #expect(
      try await player.strings()
        == USBStrings(manufacturer: "Ac\u{FC}me \u{1F3B5}", product: nil, serialNumber: ""))
    #expect(usb.with { !$0.isOpen })
  }

  /// Every length byte and every truncation of a string: a value or nothing.
  @Test func hostileStringsAreTakenAsNone() async throws {
    let usb = FakeLibUSB()
    let player = try Rig.player(usb, FakeAttributes([:]))
    let good = Samples.string("Player")
    for length in 0...255 {
      usb.with { $0.control = answer([1: [UInt8(length)] + good.dropFirst()]) }
      let found = try await player.strings().manufacturer
      let units = (length - 2) / 2
      let expected = length < 2 || length > 14 ? nil : String("Player".prefix(units))
      #expect(found == expected, "length \(length)")
    }
    for count in 0..<good.count {
      usb.with { $0.control = answer([1: Array(good.prefix(count))]) }
      #expect(try await player.strings().manufacturer == nil, "\(count) bytes")
    }
    usb.expectClean()
  }

  @Test func aDeviceThatGoesWhileItIsAskedIsAnError() async throws {
    let usb = FakeLibUSB()
    usb.with { $0.control = { _, _ in .failure(FakeState.StatusError(status: .noDevice)) } }
    let player = try Rig.player(usb, FakeAttributes([:]))
    await #expect(throws: USBFailure(code: .noDevice, attempt: .describe)) {
      try await player.strings()
    }
    usb.expectClean()
  }

  @Test func theInterfaceIsFoundByItsClassWithoutOpening() async throws {
    let usb = FakeLibUSB()
    let player = try Rig.player(
      usb, FakeAttributes(descriptors: Samples.attribute(Samples.player)))
    #expect(try await player.mtpInterface()?.evidence == .stillImageClass)
    #expect(usb.with { !$0.callNames.contains("open") })
  }

  @Test func theInterfaceIsFoundByItsName() async throws {
    let usb = FakeLibUSB()
    usb.with { $0.control = answer([5: Samples.string("An MTP thing")]) }
    let player = try Rig.player(
      usb, FakeAttributes(descriptors: Samples.attribute(Samples.vendorPlayer)))
    #expect(try await player.mtpInterface()?.evidence == .interfaceName)
    usb.expectClean()
  }

  @Test(
    arguments: [
      ([(0, "MTP")], MTPInterface.Evidence.microsoftDescriptor), ([(1, "MTP")], nil),
      ([(0, "PTP")], nil), ([(0, "MTPX")], nil), ([], nil),
    ] as [([(UInt8, String)], MTPInterface.Evidence?)])
  func theInterfaceIsFoundByTheMicrosoftDescriptor(
    functions: [(UInt8, String)], evidence: MTPInterface.Evidence?
  ) async throws {
    let usb = FakeLibUSB()
    let strings = answer([5: Samples.string("nothing"), 0xEE: MicrosoftFunctionTests.osString])
    usb.with {
      $0.control = { setup, payload in
        guard setup[0] == 0xC0 else { return strings(setup, payload) }
        #expect(setup[1] == 0xC4 && setup[4] == 4)
        return .success(MicrosoftFunctionTests.descriptor(functions))
      }
    }
    let player = try Rig.player(
      usb, FakeAttributes(descriptors: Samples.attribute(Samples.vendorPlayer)))
    #expect(try await player.mtpInterface()?.evidence == evidence)
    usb.expectClean()
  }

  @Test func descriptorsAreAskedForWhereTheKernelShowsNone() async throws {
    let usb = FakeLibUSB()
    usb.with {
      $0.control = { setup, _ in
        guard setup[3] == 2 else { return .failure(FakeState.StatusError(status: .stalled)) }
        return .success(Samples.player)
      }
    }
    let player = try Rig.player(usb, FakeAttributes([:]))
    #expect(try player.configurations() == nil)
    #expect(try await player.mtpInterface()?.evidence == .stillImageClass)
    usb.expectClean()
  }

  @Test func malformedDescriptorsAreATypedErrorThatSaysWhy() async throws {
    let usb = FakeLibUSB()
    let descriptors = Array(Samples.attribute(Samples.player).dropLast())
    let player = try Rig.player(usb, FakeAttributes(descriptors: descriptors))
    do {
      _ = try await player.mtpInterface()
      Issue.record("not refused")
    } catch {
      #expect("\(error)".contains("needs 39 bytes, 38 are there"))
    }
  }

  @Test func aDeviceWithoutADescriptorIsLeftOut() throws {
    let usb = FakeLibUSB()
    usb.with { $0.deviceDescriptor = [9, 1, 0, 2, 0, 0, 0, 64, 0] }
    let context = try USBContext(usb: usb, attributes: FakeAttributes([:]))
    #expect(try context.devices().isEmpty)
    #expect(usb.with { $0.devices.isEmpty })
  }
}
