/// What a player reports on its interrupt endpoint (MTP 1.1 appendix G, PTP ISO 15740 §12).
public struct EventCode: RawRepresentable, Hashable, Sendable {
  /// The code as it stands on the wire.
  public let rawValue: UInt16

  /// Wraps a code; every value is allowed, so that codes unknown to us survive.
  public init(rawValue: UInt16) {
    self.rawValue = rawValue
  }
}

// MARK: PTP events, MTP 1.1 appendix G.2
extension EventCode {
  /// A transaction was given up.
  ///
  /// `PTP_EC_CancelTransaction`
  public static let cancelTransaction = EventCode(rawValue: 0x4001)

  /// An object appeared; its handle is the first parameter.
  ///
  /// `PTP_EC_ObjectAdded`
  public static let objectAdded = EventCode(rawValue: 0x4002)

  /// An object disappeared; its handle is the first parameter.
  ///
  /// `PTP_EC_ObjectRemoved`
  public static let objectRemoved = EventCode(rawValue: 0x4003)

  /// A storage appeared.
  ///
  /// `PTP_EC_StoreAdded`
  public static let storeAdded = EventCode(rawValue: 0x4004)

  /// A storage disappeared.
  ///
  /// `PTP_EC_StoreRemoved`
  public static let storeRemoved = EventCode(rawValue: 0x4005)

  /// A device property changed.
  ///
  /// `PTP_EC_DevicePropChanged`
  public static let devicePropChanged = EventCode(rawValue: 0x4006)

  /// An object's description changed.
  ///
  /// `PTP_EC_ObjectInfoChanged`
  public static let objectInfoChanged = EventCode(rawValue: 0x4007)

  /// What the player can do changed.
  ///
  /// `PTP_EC_DeviceInfoChanged`
  public static let deviceInfoChanged = EventCode(rawValue: 0x4008)

  /// A storage is full.
  ///
  /// `PTP_EC_StoreFull`
  public static let storeFull = EventCode(rawValue: 0x400A)

  /// The player was reset, its session is closed.
  ///
  /// `PTP_EC_DeviceReset`
  public static let deviceReset = EventCode(rawValue: 0x400B)

  /// A storage's description changed.
  ///
  /// `PTP_EC_StorageInfoChanged`
  public static let storageInfoChanged = EventCode(rawValue: 0x400C)
}

// MARK: MTP events, MTP 1.1 appendix G.2
extension EventCode {
  /// An object's property changed.
  ///
  /// `PTP_EC_MTP_ObjectPropChanged`
  public static let objectPropChanged = EventCode(rawValue: 0xC801)

  /// What an object refers to changed.
  ///
  /// `PTP_EC_MTP_ObjectReferencesChanged`
  public static let objectReferencesChanged = EventCode(rawValue: 0xC803)
}

extension EventCode: CustomStringConvertible {
  /// The standard's name, or the number in hexadecimal when we know none.
  public var description: String {
    Self.names[self] ?? hexadecimal(rawValue)
  }

  private static let names: [EventCode: String] = [
    .cancelTransaction: "CancelTransaction",
    .objectAdded: "ObjectAdded",
    .objectRemoved: "ObjectRemoved",
    .storeAdded: "StoreAdded",
    .storeRemoved: "StoreRemoved",
    .devicePropChanged: "DevicePropChanged",
    .objectInfoChanged: "ObjectInfoChanged",
    .deviceInfoChanged: "DeviceInfoChanged",
    .storeFull: "StoreFull",
    .deviceReset: "DeviceReset",
    .storageInfoChanged: "StorageInfoChanged",
    .objectPropChanged: "ObjectPropChanged",
    .objectReferencesChanged: "ObjectReferencesChanged",
  ]
}
