/// What a player's MTP lacks.
public struct MTPRules: Sendable, Equatable {
  /// Operations that the player does not have, so that nobody need try, whatever its DeviceInfo lists.
  public var lacks: Set<PlayerOperation> = []
  /// The longest string that the player takes in a property, in UTF-16 units: 16 to 254 (MTP 1.1
  /// §3.2.3).
  ///
  /// What is longer is cut. File names have a limit of their own
  /// (``StorageRules/maximumNameLength``).
  public var maximumStringLength = 254

  /// Creates the default rules: everything is there.
  public init() {}
}

/// An MTP operation that not every player has.
public enum PlayerOperation: String, Sendable, CaseIterable {
  /// GetPartialObject (MTP 1.1 D.2.27).
  case getPartialObject = "get-partial-object"
  /// MoveObject (MTP 1.1 D.2.25).
  case moveObject = "move-object"
  /// GetObjectPropList; `PTP_OC_MTP_GetObjPropList`.
  case getObjectPropList = "get-object-prop-list"
  /// SendObjectPropList; `PTP_OC_MTP_SendObjectPropList`.
  case sendObjectPropList = "send-object-prop-list"
  /// SetObjectReferences; `PTP_OC_MTP_SetObjectReferences`.
  case setObjectReferences = "set-object-references"

  /// The operation's code.
  public var code: UInt16 {
    switch self {
    case .getPartialObject: 0x101B
    case .moveObject: 0x1019
    case .getObjectPropList: 0x9805
    case .sendObjectPropList: 0x9808
    case .setObjectReferences: 0x9811
    }
  }
}
