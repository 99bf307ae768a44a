import Glibc
import PinstripeFiles
public import PinstripeKeys

/// The last descriptor of each device that was trusted, so that an old or changed one is noticed.
public struct DescriptorMemory: Sendable {
  private let folder: String

  /// Uses a folder, which is made when something is remembered.
  public init(folder: String) {
    self.folder = folder
  }

  /// The one in `$XDG_STATE_HOME/pinstripe/descriptors`, or else in
  /// `~/.local/state/pinstripe/descriptors`.
  ///
  /// - Throws: ``PinstripeError`` with the code ``PinstripeError/Code/noOutput`` when neither variable is
  ///   set.
  public static func standard() throws(PinstripeError) -> DescriptorMemory {
    guard let folder = StateFolder.find("descriptors") else {
      throw PinstripeError(
        .noOutput, "Nobody knows where to keep what players say; set HOME or XDG_STATE_HOME.")
    }
    return DescriptorMemory(folder: folder)
  }

  /// The descriptor of a device that was trusted last; nil when there was none, or it cannot be read.
  public func descriptor(of device: DeviceID) -> DeviceDescriptor? {
    guard
      let bytes = try? SystemFile.contents(of: path(of: device), atMost: DeviceDescriptor.size),
      let descriptor = try? DeviceDescriptor(decoding: bytes.span), descriptor.deviceID == device
    else { return nil }
    return descriptor
  }

  /// Remembers a descriptor in the place of the one before.
  ///
  /// - Throws: ``PinstripeError`` with the code ``PinstripeError/Code/noOutput``.
  public func remember(_ descriptor: DeviceDescriptor) throws(PinstripeError) {
    do throws(FileError) {
      try SystemFolder.makeAll(folder)
      try AtomicFile.write(descriptor.bytes, to: path(of: descriptor.deviceID))
    } catch {
      throw PinstripeError(writing: error)
    }
  }

  /// An id is 32 hexadecimal digits.
  private func path(of device: DeviceID) -> String { "\(folder)/\(device).pdev" }
}

/// Where this computer keeps what it knows of players (XDG Base Directory Specification 0.8).
enum StateFolder {
  /// The path of a name in `$XDG_STATE_HOME/pinstripe`, or else in `~/.local/state/pinstripe`; nil when
  /// neither variable is set.
  static func find(
    _ name: String, environment: (String) -> String? = { getenv($0).map { String(cString: $0) } }
  ) -> String? {
    if let state = environment("XDG_STATE_HOME"), state.hasPrefix("/") {
      return "\(state)/pinstripe/\(name)"
    }
    guard let home = environment("HOME"), !home.isEmpty else { return nil }
    return "\(home)/.local/state/pinstripe/\(name)"
  }
}
