import PinstripeUSB
import Testing

@Suite struct USBIdentityTests {
  @Test func locationsAreNamedAsTheKernelNamesThem() {
    let player = USBLocation(bus: 1, address: 5, ports: [4, 2])
    #expect(player.node == "/dev/bus/usb/001/005")
    #expect(player.kernelName == "1-4.2")
    #expect(USBLocation(bus: 12, address: 127, ports: []).kernelName == "usb12")
  }

  @Test func theUdevRuleHasFourDigitIDs() {
    let identity = USBIdentity(
      location: USBLocation(bus: 1, address: 5, ports: [4]), vendorID: 0x41E, productID: 0x9)
    #expect(
      identity.udevRule
        == #"SUBSYSTEM=="usb", ATTR{idVendor}=="041e", ATTR{idProduct}=="0009", TAG+="uaccess""#)
  }
}
