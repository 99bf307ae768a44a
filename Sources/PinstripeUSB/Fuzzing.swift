/// Entries for fuzzers to what a device sends and no public call reads alone.
@_spi(Fuzzing)
public enum FuzzedDescriptors {
  /// The kernel's `descriptors` attribute: the device descriptor and each configuration.
  ///
  /// - Throws: ``DescriptorError``.
  public static func configurations(
    inAttribute bytes: [UInt8]
  ) throws(DescriptorError) -> [ConfigurationDescriptor] {
    try ConfigurationDescriptor.all(inAttribute: bytes)
  }

  /// The interfaces that may be MTP's.
  public static func candidates(in configurations: [ConfigurationDescriptor]) -> [MTPInterface] {
    MTPInterface.candidates(in: configurations, active: configurations.last?.value)
      .map(\.interface)
  }

  /// The functions of a Microsoft OS descriptor.
  ///
  /// - Throws: ``DescriptorError``.
  public static func microsoftFunctions(
    _ bytes: [UInt8]
  ) throws(DescriptorError) -> [(interface: UInt8, compatibleID: String)] {
    try MicrosoftFunction.all(parsing: bytes).map { ($0.interface, $0.compatibleID) }
  }

  /// The request number in a Microsoft OS string descriptor.
  public static func microsoftVendorCode(_ bytes: [UInt8]) -> UInt8? {
    MicrosoftFunction.vendorCode(bytes)
  }
}
