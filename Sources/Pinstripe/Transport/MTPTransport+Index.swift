import PinstripeMTP

/// Looking into folders, with as few transactions as are needed to be sure.
extension MTPTransport {
  /// Everything in a folder, asked of the player.
  func entries(of folder: ObjectHandle) async throws(MTPError) -> [ListedObject] {
    index.forget(folder)
    var entries: [ListedObject] = []
    for try await object in session.objects(in: folder, of: storage) {
      entries.append(object)
      try limit(entries.count)
    }
    index.set(entries, of: folder)
    return entries
  }

  /// Ends a listing that has no end.
  func limit(_ objects: Int) throws(MTPError) {
    guard objects > mostObjects else { return }
    throw MTPError(
      .dataPhaseTooLong, operation: .getObjectHandles,
      reason: "it shows more than \(mostObjects) files and folders, so its memory may be damaged")
  }

  /// Lets the index know what a folder holds now.
  ///
  /// That takes a listing when the folder is new, and else one transaction, for which objects are there,
  /// and one for each that is new. Objects that another program renames without an event stay under
  /// their old names; ``confirmed(_:in:)`` asks.
  func refresh(_ folder: ObjectHandle) async throws(MTPError) {
    await followEvents()
    guard index.knows(folder) else {
      _ = try await entries(of: folder)
      return
    }
    let handles = try await session.objectHandles(storage: storage, parent: folder)
    for handle in index.compare(handles, in: folder) {
      do throws(MTPError) {
        index.insert(try await session.describe(handle), in: folder)
      } catch {
        // It is gone again.
        guard error.response == .invalidObjectHandle else { throw error }
      }
    }
  }

  /// The objects of a name in a folder: out of the index where they are there.
  func objects(
    named name: String, in folder: ObjectHandle
  ) async throws(MTPError) -> [ListedObject] {
    let known = index.named(name, in: folder)
    if !known.isEmpty { return known }
    try await refresh(folder)
    return index.named(name, in: folder)
  }

  /// The same, for what is to be deleted or changed: that the first still has the name is asked of the
  /// player, because another program may have renamed it without an event.
  func confirmed(
    _ name: String, in folder: ObjectHandle
  ) async throws(MTPError) -> [ListedObject] {
    let known = try await objects(named: name, in: folder)
    guard let first = known.first else { return [] }
    if (try? await session.describe(first.handle))?.info.filename == name { return known }
    return try await entries(of: folder).filter { $0.info.filename == name }
  }

  /// Deletes an object.
  func delete(_ object: ObjectHandle) async throws(MTPError) {
    index.remove(object)
    try await session.deleteObject(object)
  }

  /// Renames an object.
  func rename(_ object: ObjectHandle, to name: String) async throws(MTPError) {
    do throws(MTPError) {
      try await session.rename(object, to: name)
    } catch {
      // Whatever a player answered to a renaming, it may have carried it out.
      index.remove(object)
      throw error
    }
    index.rename(object, to: name)
  }

  /// Takes note of what the player reported since the last time.
  ///
  /// Events are hints, and a player without them, or a cable that fails here, is found out by what
  /// follows.
  ///
  /// - Returns: Whether it reported that the storage is full.
  @discardableResult
  func followEvents() async -> Bool {
    var isFull = false
    for _ in 0..<Self.mostEvents {
      guard let event = try? await session.event(timeout: .zero) else { return isFull }
      let object = ObjectHandle(rawValue: event.parameters.first ?? 0)
      switch event.code {
      case .objectRemoved, .objectInfoChanged, .objectPropChanged: index.remove(object)
      case .storeAdded, .storeRemoved, .deviceReset: index.forgetAll()
      case .storeFull: isFull = isFull || event.parameters.first == storage.rawValue
      // What was added is found by its handle.
      default: break
      }
    }
    // The pipe keeps no more, so some may be missing.
    index.forgetAll()
    return isFull
  }

  private static let mostEvents = 64
}
