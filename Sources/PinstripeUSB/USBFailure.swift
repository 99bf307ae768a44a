/// A USB operation that failed: the code, what was tried, and on which device.
///
/// Equality is on the code, so that a caller compares with what it can act upon. The description is
/// one sentence for the person in front of the screen, with the way out where there is one.
public struct USBFailure: Error, Sendable {
  /// libusb's code.
  public let code: USBError
  /// What was tried.
  public let attempt: Attempt
  /// The device it was tried on; nil when it concerned no particular device.
  public let device: USBIdentity?
  /// More about the cause, as part of a sentence; for instance what is wrong with a descriptor.
  public let detail: String?
  /// The program that has the device open, when it is busy and Linux tells.
  public let holder: InterfaceHolder?

  /// Creates a failure.
  public init(
    code: USBError, attempt: Attempt, device: USBIdentity? = nil, detail: String? = nil,
    holder: InterfaceHolder? = nil
  ) {
    self.code = code
    self.attempt = attempt
    self.device = device
    self.detail = detail
    self.holder = holder
  }

  /// What can be tried on USB.
  public enum Attempt: Sendable, Equatable {
    /// Starting libusb. `libusb_init`
    case initialise
    /// Listing the devices. `libusb_get_device_list`
    case list
    /// Opening the device. `libusb_open`
    case open
    /// Reading descriptors or strings.
    case describe
    /// Finding an MTP interface among the descriptors.
    case findInterface
    /// Choosing a configuration. `libusb_set_configuration`
    case configure
    /// Taking the interface from its kernel driver. `libusb_detach_kernel_driver`
    case detachDriver
    /// Taking the interface. `libusb_claim_interface`
    case claim
    /// Taking an interface that a kernel driver has, which nothing allows to detach.
    case claimFromDriver
    /// Choosing an alternate setting. `libusb_set_interface_alt_setting`
    case selectAlternate
    /// Allocating the transfers. `libusb_alloc_transfer`
    case allocate
  }
}

extension USBFailure: Equatable {
  /// Whether the codes are equal.
  public static func == (left: USBFailure, right: USBFailure) -> Bool { left.code == right.code }
}

extension USBFailure: CustomStringConvertible {
  /// One sentence for a person, with the way out where there is one.
  public var description: String {
    let name = device.map { "the player \($0)" } ?? "USB"
    switch code {
    case .access:
      return "You may not open \(name)" + accessRemedy
    case .busy where attempt == .claimFromDriver:
      return
        "Cannot use \(name): a kernel driver holds its MTP interface; eject the player if it is "
        + "mounted, or add the quirk \"detach-kernel-driver\" to its profile."
    case .busy:
      if let holder {
        return
          "Cannot use \(name): another program, \(holder.name) (process \(holder.process)), holds its "
          + "interface; \(holder.remedy), and try again."
      }
      return
        "Cannot use \(name): another program or a kernel driver holds its interface; close file "
        + "managers and music players, or eject the player there, and try again."
    case .noDevice:
      return "Lost \(name): it was unplugged; plug it in and try again."
    case .noMemory:
      return
        "Could not \(attempt.verb) \(name): memory for USB transfers is used up; close other "
        + "programs that use USB, or raise /sys/module/usbcore/parameters/usbfs_memory_mb."
    case .notFound where attempt == .findInterface:
      return
        "There is no MTP interface on \(name)\(reason); switch it to MTP (\"media device\") mode in "
        + "its settings and plug it in again."
    default:
      return "Could not \(attempt.verb) \(name): \(detail ?? "\(code)")."
    }
  }

  private var reason: String { detail.map { " (\($0))" } ?? "" }

  private var accessRemedy: String {
    guard let device else { return ": permission denied." }
    return
      " because the permissions of \(device.location.node) do not allow it; add a udev rule such as "
      + "\(device.udevRule) to /etc/udev/rules.d/69-pinstripe.rules and plug the player in again."
  }
}

extension USBFailure.Attempt {
  /// The verb phrase that stands between "could not" and the player.
  fileprivate var verb: String {
    switch self {
    case .initialise: "start"
    case .list: "list the devices on"
    case .open: "open"
    case .describe: "read the descriptors of"
    case .findInterface: "find the MTP interface of"
    case .configure: "choose the configuration of"
    case .detachDriver: "take the kernel driver off"
    case .claim, .claimFromDriver: "claim the interface of"
    case .selectAlternate: "select the setting of"
    case .allocate: "make transfers for"
    }
  }
}
