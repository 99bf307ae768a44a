import PinstripePipe
import Testing

@testable import PinstripeUSB

@Suite struct USBFailureTests {
  private let player = USBIdentity(
    location: USBLocation(bus: 1, address: 5, ports: [4]), vendorID: 0x041E, productID: 0x4133)

  private func sentence(_ code: USBError, _ attempt: USBFailure.Attempt) -> String {
    "\(USBFailure(code: code, attempt: attempt, device: player))"
  }

  @Test func noPermissionNamesTheNodeAndTheRule() {
    #expect(
      sentence(.access, .open)
        == """
        You may not open the player 041e:4133 (bus 1, device 5) because the permissions of \
        /dev/bus/usb/001/005 do not allow it; add a udev rule such as SUBSYSTEM=="usb", \
        ATTR{idVendor}=="041e", ATTR{idProduct}=="4133", TAG+="uaccess" to \
        /etc/udev/rules.d/69-pinstripe.rules and plug the player in again.
        """)
  }

  @Test func aBusyInterfaceNamesWhoMayHoldIt() {
    #expect(
      sentence(.busy, .claim)
        == """
        Cannot use the player 041e:4133 (bus 1, device 5): another program or a kernel driver \
        holds its interface; close file managers and music players, or eject the player there, \
        and try again.
        """)
  }

  @Test func everyCodeAndAttemptIsOneSentence() {
    let attempts: [USBFailure.Attempt] = [
      .initialise, .list, .open, .describe, .findInterface, .configure, .detachDriver, .claim,
      .selectAlternate, .allocate,
    ]
    for code in (Int32(-13)...(-1)) + [-99, -1234] {
      for attempt in attempts {
        let text = sentence(USBError(rawValue: code), attempt)
        #expect(text.hasSuffix("."), "\(code) \(attempt)")
        #expect(text.contains("041e:4133"), "\(code) \(attempt)")
        #expect(!text.contains("\n") && !text.contains(".."), "\(code) \(attempt)")
      }
    }
    #expect(
      "\(USBFailure(code: USBError(rawValue: -1234), attempt: .list))"
        == "Could not list the devices on USB: USB error -1234 occurred.")
  }

  @Test func detailsAreToldAndDoNotCountForEquality() {
    let failure = USBFailure(
      code: .inputOutput, attempt: .describe, device: player, detail: "nonsense")
    #expect(failure == USBFailure(code: .inputOutput, attempt: .open))
    #expect(failure != USBFailure(code: .busy, attempt: .describe))
    #expect(
      "\(failure)"
        == "Could not read the descriptors of the player 041e:4133 (bus 1, device 5): nonsense.")
  }

  @Test func codesBecomeTransferErrorsAndBack() {
    let pairs: [(USBError, TransferError)] = [
      (.timeout, .timedOut), (.pipe, .stalled), (.noDevice, .disconnected), (.overflow, .overflow),
      (.busy, .fault(code: -6)), (.noMemory, .fault(code: -11)),
    ]
    for (code, error) in pairs {
      #expect(TransferError(code) == error)
      #expect(USBError(error) == code)
    }
  }
}
