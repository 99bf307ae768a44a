import PinstripeMTP
import PinstripeProfile

/// Players that put what they do not know into the root (`Quirk.unknownTypesInRoot`).
extension MTPTransport {
  private func strays(_ format: ObjectFormat, from folder: ObjectHandle) -> Bool {
    profile.quirks.contains(.unknownTypesInRoot) && format == .undefined && folder != .root
  }

  /// Why the player cannot keep a file of a kind at a place, as a clause; nil where it can.
  public func complaint(about kind: FileKind?, at name: String) -> String? {
    guard let place = TrackPath(name) else { return nil }
    return complaint(about: kind, in: fromRoot(place).folders)
  }

  /// The same, for folders from the storage's root.
  func complaint(about kind: FileKind?, in folders: [String]) -> String? {
    guard profile.quirks.contains(.unknownTypesInRoot), !folders.isEmpty,
      announcedFormat(kind) == .undefined, !session.offers(.moveObject)
    else { return nil }
    return "the player puts files of unknown formats into its root folder and cannot move them"
  }

  /// Refuses what would not stay in its folder and could not be moved there, before anything is sent,
  /// and removes what an attempt that was cut off has left in the root.
  func admit(_ format: ObjectFormat, to folder: ObjectHandle, _ name: String) async throws {
    guard strays(format, from: folder) else { return }
    guard session.offers(.moveObject) else { throw PinstripeError.misplaced(name, playerName) }
    _ = try await clearLeftovers(in: .root, keeping: nil, replacing: false)
  }

  /// Moves an object to the folder that it was sent to, where the player has put it elsewhere.
  func bringHome(
    _ object: ListedObject, _ format: ObjectFormat, to folder: ObjectHandle, _ name: String
  ) async throws {
    guard strays(format, from: folder), object.info.parent != folder else { return }
    try await session.moveObject(object.handle, to: folder, of: storage)
    guard try await session.describe(object.handle).info.parent == folder else {
      throw PinstripeError.misplaced(name, playerName)
    }
  }
}
