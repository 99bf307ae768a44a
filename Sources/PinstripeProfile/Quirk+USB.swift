/// What players need of USB.
extension Quirk {
  /// Those that the USB layer obeys.
  package static let ofUSB: Set<Quirk> = [
    detachKernelDriver, keepInterfaceOnClose, probeMicrosoftDescriptor, resetOnClose,
  ]

  /// A kernel driver holds the player's interface when it is plugged in.
  ///
  /// Breaks: claiming the interface, which is busy. Seen on players that are a disk and MTP at once: SanDisk,
  /// Sony, Samsung, Cowon, Philips (libmtp: `UNLOAD_DRIVER`). With the quirk, a host detaches the driver and
  /// gives the interface back to it; without it, it says that a driver has the interface. Wrongly set, a
  /// mounted disk could be pulled away from its file system; so a driver is only detached from the
  /// interface that is claimed. ``DeviceProfile/careful`` has it: nobody knows what holds the interface of
  /// an unknown player, and the interface of a disk is never taken for MTP's.
  public static let detachKernelDriver = Quirk(rawValue: "detach-kernel-driver")

  /// The player hangs when its interface is released or its endpoints' state is asked for at the end.
  ///
  /// Breaks: the next connection, until it is plugged in again. Seen on SanDisk's Sansas and Toshiba's
  /// Gigabeats (libmtp: `NO_RELEASE_INTERFACE`). With the quirk, a host closes the device without
  /// either. Wrongly set, a kernel driver does not get its interface back.
  public static let keepInterfaceOnClose = Quirk(rawValue: "keep-interface-on-close")

  /// The player wants a USB reset after each connection.
  ///
  /// Breaks: the next session is refused or hangs. Seen on Sony's NWZ Walkmans (libmtp:
  /// `FORCE_RESET_ON_CLOSE`). With the quirk, a host resets the device when it closes it; without it, it
  /// never does. Wrongly set, other players are worse off: umtp-responder's next session times out.
  public static let resetOnClose = Quirk(rawValue: "reset-on-close")

  /// The player speaks MTP only after somebody has asked for Microsoft's OS descriptor.
  ///
  /// Breaks: opening the session. Seen on SanDisk's Sansas (libmtp: `ALWAYS_PROBE_DESCRIPTOR`). With the
  /// quirk, a host asks for string descriptor 0xEE and the two feature descriptors behind it, whatever the
  /// interface's class says, before it claims the interface. Wrongly set, a player that has none may stall,
  /// which does no harm, or hang.
  public static let probeMicrosoftDescriptor = Quirk(rawValue: "probe-ms-os-descriptor")
}
