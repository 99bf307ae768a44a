/// What the initiator asks a player to do (MTP 1.1 appendix D, PTP ISO 15740 §10).
///
/// Open on purpose: a player's DeviceInfo lists codes that nobody has heard of, and they are kept.
public struct OperationCode: RawRepresentable, Hashable, Sendable {
  /// The code as it stands on the wire.
  public let rawValue: UInt16

  /// Wraps a code; every value is allowed, so that codes unknown to us survive.
  public init(rawValue: UInt16) {
    self.rawValue = rawValue
  }
}

// MARK: PTP operations, MTP 1.1 appendix D.2
extension OperationCode {
  /// What the player is and can do, the only operation outside a session (D.2.1).
  ///
  /// `PTP_OC_GetDeviceInfo`
  public static let getDeviceInfo = OperationCode(rawValue: 0x1001)

  /// Begins a session (D.2.2).
  ///
  /// `PTP_OC_OpenSession`
  public static let openSession = OperationCode(rawValue: 0x1002)

  /// Ends the session (D.2.3).
  ///
  /// `PTP_OC_CloseSession`
  public static let closeSession = OperationCode(rawValue: 0x1003)

  /// The player's storages (D.2.4).
  ///
  /// `PTP_OC_GetStorageIDs`
  public static let getStorageIDs = OperationCode(rawValue: 0x1004)

  /// Capacity, free space and name of a storage (D.2.5).
  ///
  /// `PTP_OC_GetStorageInfo`
  public static let getStorageInfo = OperationCode(rawValue: 0x1005)

  /// How many objects there are (D.2.6).
  ///
  /// `PTP_OC_GetNumObjects`
  public static let getNumObjects = OperationCode(rawValue: 0x1006)

  /// The handles of the objects in a folder or storage (D.2.7).
  ///
  /// `PTP_OC_GetObjectHandles`
  public static let getObjectHandles = OperationCode(rawValue: 0x1007)

  /// The description of one object (D.2.8).
  ///
  /// `PTP_OC_GetObjectInfo`
  public static let getObjectInfo = OperationCode(rawValue: 0x1008)

  /// The bytes of one object (D.2.9).
  ///
  /// `PTP_OC_GetObject`
  public static let getObject = OperationCode(rawValue: 0x1009)

  /// The thumbnail of one object (D.2.10).
  ///
  /// `PTP_OC_GetThumb`
  public static let getThumb = OperationCode(rawValue: 0x100A)

  /// Deletes an object, or a folder with all in it (D.2.11).
  ///
  /// `PTP_OC_DeleteObject`
  public static let deleteObject = OperationCode(rawValue: 0x100B)

  /// Announces an object that is to be sent (D.2.12).
  ///
  /// `PTP_OC_SendObjectInfo`
  public static let sendObjectInfo = OperationCode(rawValue: 0x100C)

  /// The bytes of the object announced last (D.2.13).
  ///
  /// `PTP_OC_SendObject`
  public static let sendObject = OperationCode(rawValue: 0x100D)

  /// Erases a storage, never sent by us (D.2.15).
  ///
  /// `PTP_OC_FormatStore`
  public static let formatStore = OperationCode(rawValue: 0x100F)

  /// Puts the player into its first state, never sent by us (D.2.16).
  ///
  /// `PTP_OC_ResetDevice`
  public static let resetDevice = OperationCode(rawValue: 0x1010)

  /// The description of a device property (D.2.20).
  ///
  /// `PTP_OC_GetDevicePropDesc`
  public static let getDevicePropDesc = OperationCode(rawValue: 0x1014)

  /// The value of a device property (D.2.21).
  ///
  /// `PTP_OC_GetDevicePropValue`
  public static let getDevicePropValue = OperationCode(rawValue: 0x1015)

  /// Changes a device property (D.2.22).
  ///
  /// `PTP_OC_SetDevicePropValue`
  public static let setDevicePropValue = OperationCode(rawValue: 0x1016)

  /// Moves an object to another folder or storage (D.2.25).
  ///
  /// `PTP_OC_MoveObject`
  public static let moveObject = OperationCode(rawValue: 0x1019)

  /// Copies an object (D.2.26).
  ///
  /// `PTP_OC_CopyObject`
  public static let copyObject = OperationCode(rawValue: 0x101A)

  /// A range of an object, with a 32-bit offset (D.2.27).
  ///
  /// `PTP_OC_GetPartialObject`
  public static let getPartialObject = OperationCode(rawValue: 0x101B)
}

// MARK: MTP operations, MTP 1.1 appendix E
extension OperationCode {
  /// The properties that objects of a format have (E.2.1).
  ///
  /// `PTP_OC_MTP_GetObjectPropsSupported`
  public static let getObjectPropsSupported = OperationCode(rawValue: 0x9801)

  /// The description of an object property (E.2.2).
  ///
  /// `PTP_OC_MTP_GetObjectPropDesc`
  public static let getObjectPropDesc = OperationCode(rawValue: 0x9802)

  /// The value of an object's property (E.2.3).
  ///
  /// `PTP_OC_MTP_GetObjectPropValue`
  public static let getObjectPropValue = OperationCode(rawValue: 0x9803)

  /// Changes an object's property; its file name, too (E.2.4).
  ///
  /// `PTP_OC_MTP_SetObjectPropValue`
  public static let setObjectPropValue = OperationCode(rawValue: 0x9804)

  /// Many properties of many objects in one go (E.2.5).
  ///
  /// `PTP_OC_MTP_GetObjPropList`
  public static let getObjectPropList = OperationCode(rawValue: 0x9805)

  /// Changes many properties in one go (E.2.6).
  ///
  /// `PTP_OC_MTP_SetObjPropList`
  public static let setObjectPropList = OperationCode(rawValue: 0x9806)

  /// Announces an object together with its properties (E.2.8).
  ///
  /// `PTP_OC_MTP_SendObjectPropList`
  public static let sendObjectPropList = OperationCode(rawValue: 0x9808)

  /// The objects that an object refers to: a playlist's tracks (E.2.9).
  ///
  /// `PTP_OC_MTP_GetObjectReferences`
  public static let getObjectReferences = OperationCode(rawValue: 0x9810)

  /// Changes what an object refers to (E.2.10).
  ///
  /// `PTP_OC_MTP_SetObjectReferences`
  public static let setObjectReferences = OperationCode(rawValue: 0x9811)
}

// MARK: Android's operations (MtpTypes.h of the Android Open Source Project)
extension OperationCode {
  /// A range of an object, with a 64-bit offset.
  ///
  /// `PTP_OC_ANDROID_GetPartialObject64`
  public static let getPartialObject64 = OperationCode(rawValue: 0x95C1)

  /// Overwrites a range of an object.
  ///
  /// `PTP_OC_ANDROID_SendPartialObject`
  public static let sendPartialObject = OperationCode(rawValue: 0x95C2)

  /// Cuts an object to a length.
  ///
  /// `PTP_OC_ANDROID_TruncateObject`
  public static let truncateObject = OperationCode(rawValue: 0x95C3)

  /// Begins a change of an object in place.
  ///
  /// `PTP_OC_ANDROID_BeginEditObject`
  public static let beginEditObject = OperationCode(rawValue: 0x95C4)

  /// Ends a change of an object in place.
  ///
  /// `PTP_OC_ANDROID_EndEditObject`
  public static let endEditObject = OperationCode(rawValue: 0x95C5)
}

extension OperationCode: CustomStringConvertible {
  /// The standard's name, or the number in hexadecimal when we know none.
  public var description: String {
    Self.names[self] ?? hexadecimal(rawValue)
  }

  private static let names: [OperationCode: String] = [
    .getDeviceInfo: "GetDeviceInfo",
    .openSession: "OpenSession",
    .closeSession: "CloseSession",
    .getStorageIDs: "GetStorageIDs",
    .getStorageInfo: "GetStorageInfo",
    .getNumObjects: "GetNumObjects",
    .getObjectHandles: "GetObjectHandles",
    .getObjectInfo: "GetObjectInfo",
    .getObject: "GetObject",
    .getThumb: "GetThumb",
    .deleteObject: "DeleteObject",
    .sendObjectInfo: "SendObjectInfo",
    .sendObject: "SendObject",
    .formatStore: "FormatStore",
    .resetDevice: "ResetDevice",
    .getDevicePropDesc: "GetDevicePropDesc",
    .getDevicePropValue: "GetDevicePropValue",
    .setDevicePropValue: "SetDevicePropValue",
    .moveObject: "MoveObject",
    .copyObject: "CopyObject",
    .getPartialObject: "GetPartialObject",
    .getObjectPropsSupported: "GetObjectPropsSupported",
    .getObjectPropDesc: "GetObjectPropDesc",
    .getObjectPropValue: "GetObjectPropValue",
    .setObjectPropValue: "SetObjectPropValue",
    .getObjectPropList: "GetObjPropList",
    .setObjectPropList: "SetObjPropList",
    .sendObjectPropList: "SendObjectPropList",
    .getObjectReferences: "GetObjectReferences",
    .setObjectReferences: "SetObjectReferences",
    .getPartialObject64: "GetPartialObject64",
    .sendPartialObject: "SendPartialObject",
    .truncateObject: "TruncateObject",
    .beginEditObject: "BeginEditObject",
    .endEditObject: "EndEditObject",
  ]
}
