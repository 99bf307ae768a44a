/// What a player is and can do (MTP 1.1 §5.1.1, PTP ISO 15740 §5.5.2).
///
/// ```
/// UINT16 standard version         string   vendor extension description
/// UINT32 vendor extension ID      UINT16   functional mode
/// UINT16 vendor extension version UINT16[] operations, events, device properties,
///                                          capture formats, playback formats
///                                 string   manufacturer, model, device version, serial number
/// ```
/// (The three fields on the left come first.)
public struct DeviceInfo: Hashable, Sendable {
  /// The PTP version in hundredths: 100.
  public var standardVersion: UInt16 = 100
  /// Whose extension it is: 6 is Microsoft's, which became MTP.
  public var vendorExtensionID: UInt32 = 6
  /// The extension's version in hundredths: 100 or 110.
  public var vendorExtensionVersion: UInt16 = 110
  /// The extensions, each followed by "; ": `microsoft.com: 1.0; android.com: 1.0;`.
  public var vendorExtensionDescription = "microsoft.com: 1.0; "
  /// The mode the player is in; 0 is the standard one.
  public var functionalMode: UInt16 = 0
  /// What it can do.
  public var operations: [OperationCode] = []
  /// What it reports.
  public var events: [EventCode] = []
  /// The device properties it has, as numbers.
  public var deviceProperties: [UInt16] = []
  /// The formats it makes itself.
  public var captureFormats: [ObjectFormat] = []
  /// The formats it holds.
  public var playbackFormats: [ObjectFormat] = []
  /// Who made it.
  public var manufacturer = ""
  /// What it is called.
  public var model = ""
  /// Its firmware's version.
  public var deviceVersion = ""
  /// What tells it from others of its model.
  public var serialNumber = ""

  /// Creates the description of a player that can do nothing.
  public init() {}

  /// Reads a dataset.
  ///
  /// - Parameter dataset: The payload of a data container, from the player. Bytes behind the last
  ///   field are ignored.
  public init(parsing dataset: [UInt8]) throws(DatasetError) {
    var reader = DatasetReader(dataset)
    standardVersion = try reader.number("StandardVersion")
    vendorExtensionID = try reader.number("VendorExtensionID")
    vendorExtensionVersion = try reader.number("VendorExtensionVersion")
    vendorExtensionDescription = try reader.string("VendorExtensionDesc")
    functionalMode = try reader.number("FunctionalMode")
    operations = try reader.array("OperationsSupported").map(OperationCode.init)
    events = try reader.array("EventsSupported").map(EventCode.init)
    deviceProperties = try reader.array("DevicePropertiesSupported")
    captureFormats = try reader.array("CaptureFormats").map(ObjectFormat.init)
    playbackFormats = try reader.array("PlaybackFormats").map(ObjectFormat.init)
    manufacturer = try reader.string("Manufacturer")
    model = try reader.string("Model")
    deviceVersion = try reader.string("DeviceVersion")
    serialNumber = try reader.string("SerialNumber")
  }

  /// The dataset as it goes over the wire.
  public var encoded: [UInt8] {
    var writer = DatasetWriter()
    writer.number(standardVersion)
    writer.number(vendorExtensionID)
    writer.number(vendorExtensionVersion)
    writer.string(vendorExtensionDescription)
    writer.number(functionalMode)
    writer.array(operations.map(\.rawValue))
    writer.array(events.map(\.rawValue))
    writer.array(deviceProperties)
    writer.array(captureFormats.map(\.rawValue))
    writer.array(playbackFormats.map(\.rawValue))
    writer.string(manufacturer)
    writer.string(model)
    writer.string(deviceVersion)
    writer.string(serialNumber)
    return writer.bytes
  }
}
