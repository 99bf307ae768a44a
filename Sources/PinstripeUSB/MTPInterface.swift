/// The interface over which a device speaks MTP, and its three endpoints.
public struct MTPInterface: Sendable, Equatable {
  /// bConfigurationValue of the configuration it belongs to.
  public var configuration: UInt8
  /// bInterfaceNumber.
  public var number: UInt8
  /// bAlternateSetting; nil when the interface has only one, which needs no choosing.
  public var alternateSetting: UInt8?
  /// The bulk endpoint to the device: 8 to 1024 bytes a packet.
  public var bulkOut: EndpointDescriptor
  /// The bulk endpoint from the device: 8 to 1024 bytes a packet.
  public var bulkIn: EndpointDescriptor
  /// The interrupt endpoint for events: 1 to 1024 bytes a packet.
  public var interrupt: EndpointDescriptor
  /// How it was recognised.
  public var evidence: Evidence

  /// How an MTP interface can be recognised.
  public enum Evidence: Sendable, Equatable {
    /// Class 6, subclass 1, protocol 1 (USB Still Image Capture Device Definition 1.0, §3).
    case stillImageClass
    /// Class 255 and "MTP" in the interface's string, as Android does.
    case interfaceName
    /// Class 255 and "MTP" in the Microsoft OS descriptor, as players before Android do.
    case microsoftDescriptor
  }

  /// An interface with the right endpoints that has yet to be recognised.
  struct Candidate: Equatable {
    var interface: MTPInterface
    var nameIndex: UInt8
    var isStillImage: Bool
  }

  /// The interfaces that have one bulk endpoint each way and one interrupt endpoint, and a class that
  /// MTP uses; the active configuration's first.
  static func candidates(
    in configurations: [ConfigurationDescriptor], active: UInt8?
  ) -> [Candidate] {
    let ordered =
      configurations.filter { $0.value == active } + configurations.filter { $0.value != active }
    return ordered.flatMap { configuration in
      configuration.interfaces.compactMap { interface in
        let settings = configuration.interfaces.count { $0.number == interface.number }
        return Candidate(interface, in: configuration.value, hasAlternates: settings > 1)
      }
    }
  }
}

extension MTPInterface.Candidate {
  init?(_ found: InterfaceDescriptor, in configuration: UInt8, hasAlternates: Bool) {
    isStillImage = found.interfaceClass == 6 && found.subclass == 1 && found.protocolCode == 1
    guard isStillImage || found.interfaceClass == 255,
      let bulkOut = found.only(.bulk, isIn: false, packetSizes: 8...1024),
      let bulkIn = found.only(.bulk, isIn: true, packetSizes: 8...1024),
      let interrupt = found.only(.interrupt, isIn: true, packetSizes: 1...1024),
      bulkIn.address != interrupt.address
    else { return nil }
    nameIndex = found.nameIndex
    interface = MTPInterface(
      configuration: configuration, number: found.number,
      alternateSetting: hasAlternates ? found.alternateSetting : nil,
      bulkOut: bulkOut, bulkIn: bulkIn, interrupt: interrupt, evidence: .stillImageClass)
  }

  func recognised(by evidence: MTPInterface.Evidence) -> MTPInterface {
    var interface = interface
    interface.evidence = evidence
    return interface
  }
}

extension InterfaceDescriptor {
  /// The one endpoint of a kind and direction; nil when there is none, more than one, or one whose
  /// number or packet size no device can have (USB 2.0 §5.8.3, §8.3.2.2).
  fileprivate func only(
    _ kind: EndpointDescriptor.Kind, isIn: Bool, packetSizes: ClosedRange<Int>
  ) -> EndpointDescriptor? {
    let found = endpoints.filter { $0.kind == kind && $0.isIn == isIn }
    guard let first = found.first, found.count == 1, packetSizes.contains(first.packetSize),
      first.address & 0x70 == 0, first.address & 0x0F != 0
    else { return nil }
    return first
  }
}

extension DeviceConnection {
  /// How many interfaces are asked for their names: a device that answers none of these requests
  /// must not hold up the search for longer than some seconds.
  private static let questionLimit = 4

  /// Finds the MTP interface; the device is asked only when its classes do not tell.
  func findMTPInterface(
    in configurations: [ConfigurationDescriptor], active: UInt8?
  ) async throws(USBFailure) -> MTPInterface? {
    let candidates = MTPInterface.candidates(in: configurations, active: active)
    if let found = candidates.first(where: \.isStillImage) { return found.interface }
    for candidate in candidates.prefix(Self.questionLimit) {
      if let name = try await string(candidate.nameIndex), name.contains("MTP") {
        return candidate.recognised(by: .interfaceName)
      }
    }
    guard !candidates.isEmpty else { return nil }
    let functions = try await microsoftFunctions()
    return candidates.first { candidate in
      functions.contains {
        $0.interface == candidate.interface.number && $0.compatibleID == "MTP"
      }
    }?.recognised(by: .microsoftDescriptor)
  }
}
