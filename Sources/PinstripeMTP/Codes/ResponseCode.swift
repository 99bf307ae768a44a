/// How a player answered an operation (MTP 1.1 appendix F, PTP ISO 15740 §11).
///
/// Any other code than ``ok`` reaches the caller in ``MTPError/response``; unknown ones, too.
public struct ResponseCode: RawRepresentable, Hashable, Sendable {
  /// The code as it stands on the wire.
  public let rawValue: UInt16

  /// Wraps a code; every value is allowed, so that codes unknown to us survive.
  public init(rawValue: UInt16) {
    self.rawValue = rawValue
  }
}

// MARK: PTP responses, MTP 1.1 appendix F.2
extension ResponseCode {
  /// No code at all.
  ///
  /// `PTP_RC_Undefined`
  public static let undefined = ResponseCode(rawValue: 0x2000)

  /// The operation was carried out.
  ///
  /// `PTP_RC_OK`
  public static let ok = ResponseCode(rawValue: 0x2001)

  /// It failed, and the player does not say why.
  ///
  /// `PTP_RC_GeneralError`
  public static let generalError = ResponseCode(rawValue: 0x2002)

  /// No session is open.
  ///
  /// `PTP_RC_SessionNotOpen`
  public static let sessionNotOpen = ResponseCode(rawValue: 0x2003)

  /// The transaction's number is not valid.
  ///
  /// `PTP_RC_InvalidTransactionID`
  public static let invalidTransactionID = ResponseCode(rawValue: 0x2004)

  /// The player does not know the operation.
  ///
  /// `PTP_RC_OperationNotSupported`
  public static let operationNotSupported = ResponseCode(rawValue: 0x2005)

  /// A parameter must be zero for this player.
  ///
  /// `PTP_RC_ParameterNotSupported`
  public static let parameterNotSupported = ResponseCode(rawValue: 0x2006)

  /// The data phase ended too early.
  ///
  /// `PTP_RC_IncompleteTransfer`
  public static let incompleteTransfer = ResponseCode(rawValue: 0x2007)

  /// There is no such storage.
  ///
  /// `PTP_RC_InvalidStorageId`
  public static let invalidStorageID = ResponseCode(rawValue: 0x2008)

  /// There is no such object.
  ///
  /// `PTP_RC_InvalidObjectHandle`
  public static let invalidObjectHandle = ResponseCode(rawValue: 0x2009)

  /// There is no such device property.
  ///
  /// `PTP_RC_DevicePropNotSupported`
  public static let devicePropNotSupported = ResponseCode(rawValue: 0x200A)

  /// The player does not know the format.
  ///
  /// `PTP_RC_InvalidObjectFormatCode`
  public static let invalidObjectFormatCode = ResponseCode(rawValue: 0x200B)

  /// The storage is full.
  ///
  /// `PTP_RC_StoreFull`
  public static let storeFull = ResponseCode(rawValue: 0x200C)

  /// The object is write-protected.
  ///
  /// `PTP_RC_ObjectWriteProtected`
  public static let objectWriteProtected = ResponseCode(rawValue: 0x200D)

  /// The storage is read-only.
  ///
  /// `PTP_RC_StoreReadOnly`
  public static let storeReadOnly = ResponseCode(rawValue: 0x200E)

  /// The player forbids it.
  ///
  /// `PTP_RC_AccessDenied`
  public static let accessDenied = ResponseCode(rawValue: 0x200F)

  /// The object has no thumbnail.
  ///
  /// `PTP_RC_NoThumbnailPresent`
  public static let noThumbnailPresent = ResponseCode(rawValue: 0x2010)

  /// Some of the objects were deleted, some not.
  ///
  /// `PTP_RC_PartialDeletion`
  public static let partialDeletion = ResponseCode(rawValue: 0x2012)

  /// The storage is not there now.
  ///
  /// `PTP_RC_StoreNotAvailable`
  public static let storeNotAvailable = ResponseCode(rawValue: 0x2013)

  /// Objects cannot be chosen by format.
  ///
  /// `PTP_RC_SpecificationByFormatUnsupported`
  public static let specificationByFormatUnsupported = ResponseCode(rawValue: 0x2014)

  /// SendObject came without a SendObjectInfo.
  ///
  /// `PTP_RC_NoValidObjectInfo`
  public static let noValidObjectInfo = ResponseCode(rawValue: 0x2015)

  /// The player is busy.
  ///
  /// `PTP_RC_DeviceBusy`
  public static let deviceBusy = ResponseCode(rawValue: 0x2019)

  /// The parent is not a folder.
  ///
  /// `PTP_RC_InvalidParentObject`
  public static let invalidParentObject = ResponseCode(rawValue: 0x201A)

  /// A parameter is not valid.
  ///
  /// `PTP_RC_InvalidParameter`
  public static let invalidParameter = ResponseCode(rawValue: 0x201D)

  /// A session is open already.
  ///
  /// `PTP_RC_SessionAlreadyOpened`
  public static let sessionAlreadyOpen = ResponseCode(rawValue: 0x201E)

  /// The transaction was given up.
  ///
  /// `PTP_RC_TransactionCanceled`
  public static let transactionCancelled = ResponseCode(rawValue: 0x201F)

  /// The player chooses the destination itself.
  ///
  /// `PTP_RC_SpecificationOfDestinationUnsupported`
  public static let specificationOfDestinationUnsupported = ResponseCode(rawValue: 0x2020)
}

// MARK: MTP responses, MTP 1.1 appendix F.2
extension ResponseCode {
  /// The object has no such property.
  ///
  /// `PTP_RC_MTP_Invalid_ObjectPropCode`
  public static let invalidObjectPropCode = ResponseCode(rawValue: 0xA801)

  /// The property's value has the wrong type.
  ///
  /// `PTP_RC_MTP_Invalid_ObjectProp_Format`
  public static let invalidObjectPropFormat = ResponseCode(rawValue: 0xA802)

  /// The property may not have this value.
  ///
  /// `PTP_RC_MTP_Invalid_ObjectProp_Value`
  public static let invalidObjectPropValue = ResponseCode(rawValue: 0xA803)

  /// The object referred to is not there.
  ///
  /// `PTP_RC_MTP_Invalid_ObjectReference`
  public static let invalidObjectReference = ResponseCode(rawValue: 0xA804)

  /// The player has no property groups.
  ///
  /// `PTP_RC_MTP_Group_Not_Supported`
  public static let groupNotSupported = ResponseCode(rawValue: 0xA805)

  /// The dataset is not valid.
  ///
  /// `PTP_RC_MTP_Invalid_Dataset`
  public static let invalidDataset = ResponseCode(rawValue: 0xA806)

  /// Properties cannot be chosen by group.
  ///
  /// `PTP_RC_MTP_Specification_By_Group_Unsupported`
  public static let specificationByGroupUnsupported = ResponseCode(rawValue: 0xA807)

  /// Objects cannot be chosen by depth.
  ///
  /// `PTP_RC_MTP_Specification_By_Depth_Unsupported`
  public static let specificationByDepthUnsupported = ResponseCode(rawValue: 0xA808)

  /// The storage cannot hold an object that large.
  ///
  /// `PTP_RC_MTP_Object_Too_Large`
  public static let objectTooLarge = ResponseCode(rawValue: 0xA809)

  /// The property cannot be changed.
  ///
  /// `PTP_RC_MTP_ObjectProp_Not_Supported`
  public static let objectPropNotSupported = ResponseCode(rawValue: 0xA80A)
}

extension ResponseCode: CustomStringConvertible {
  /// The standard's name, or the number in hexadecimal when we know none.
  public var description: String {
    Self.names[self] ?? hexadecimal(rawValue)
  }

  private static let names: [ResponseCode: String] = [
    .undefined: "Undefined",
    .ok: "OK",
    .generalError: "GeneralError",
    .sessionNotOpen: "SessionNotOpen",
    .invalidTransactionID: "InvalidTransactionID",
    .operationNotSupported: "OperationNotSupported",
    .parameterNotSupported: "ParameterNotSupported",
    .incompleteTransfer: "IncompleteTransfer",
    .invalidStorageID: "InvalidStorageId",
    .invalidObjectHandle: "InvalidObjectHandle",
    .devicePropNotSupported: "DevicePropNotSupported",
    .invalidObjectFormatCode: "InvalidObjectFormatCode",
    .storeFull: "StoreFull",
    .objectWriteProtected: "ObjectWriteProtected",
    .storeReadOnly: "StoreReadOnly",
    .accessDenied: "AccessDenied",
    .noThumbnailPresent: "NoThumbnailPresent",
    .partialDeletion: "PartialDeletion",
    .storeNotAvailable: "StoreNotAvailable",
    .specificationByFormatUnsupported: "SpecificationByFormatUnsupported",
    .noValidObjectInfo: "NoValidObjectInfo",
    .deviceBusy: "DeviceBusy",
    .invalidParentObject: "InvalidParentObject",
    .invalidParameter: "InvalidParameter",
    .sessionAlreadyOpen: "SessionAlreadyOpened",
    .transactionCancelled: "TransactionCanceled",
    .specificationOfDestinationUnsupported: "SpecificationOfDestinationUnsupported",
    .invalidObjectPropCode: "Invalid_ObjectPropCode",
    .invalidObjectPropFormat: "Invalid_ObjectProp_Format",
    .invalidObjectPropValue: "Invalid_ObjectProp_Value",
    .invalidObjectReference: "Invalid_ObjectReference",
    .groupNotSupported: "Group_Not_Supported",
    .invalidDataset: "Invalid_Dataset",
    .specificationByGroupUnsupported: "Specification_By_Group_Unsupported",
    .specificationByDepthUnsupported: "Specification_By_Depth_Unsupported",
    .objectTooLarge: "Object_Too_Large",
    .objectPropNotSupported: "ObjectProp_Not_Supported",
  ]
}
