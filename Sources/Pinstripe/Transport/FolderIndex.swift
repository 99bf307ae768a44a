import PinstripeMTP
import Synchronization

/// What folders of a player hold, as far as they were listed in this session.
///
/// To send n tracks into a folder would take n listings of up to n objects otherwise. Whoever changes
/// something on the player says so here.
final class FolderIndex: Sendable {
  fileprivate struct Folder {
    var objects: [ObjectHandle: ListedObject] = [:]
    /// Those of each name, in the player's order.
    var names: [String: [ObjectHandle]] = [:]
    /// Those that only this program names so.
    var ours: Set<ObjectHandle> = []
  }

  fileprivate struct State {
    var folders: [ObjectHandle: Folder] = [:]
    var parents: [ObjectHandle: ObjectHandle] = [:]
  }

  private let state = Mutex(State())

  /// Whether a folder was listed.
  func knows(_ folder: ObjectHandle) -> Bool {
    state.withLock { $0.folders[folder] != nil }
  }

  /// Takes note of all that is in a folder.
  func set(_ entries: [ListedObject], of folder: ObjectHandle) {
    state.withLock { state in
      state.forget(folder)
      state.folders[folder] = Folder()
      for entry in entries { state.insert(entry, in: folder) }
    }
  }

  /// The objects of a name in a folder.
  func named(_ name: String, in folder: ObjectHandle) -> [ListedObject] {
    state.withLock { state in
      guard let folder = state.folders[folder] else { return [] }
      return (folder.names[name] ?? []).compactMap { folder.objects[$0] }
    }
  }

  /// The objects in a folder that only this program names so, by handle.
  func ours(in folder: ObjectHandle) -> [ListedObject] {
    state.withLock { state in
      guard let folder = state.folders[folder] else { return [] }
      return folder.ours.compactMap { folder.objects[$0] }
        .sorted { $0.handle.rawValue < $1.handle.rawValue }
    }
  }

  /// Takes note of an object in a folder that was listed.
  func insert(_ object: ListedObject, in folder: ObjectHandle) {
    state.withLock { state in
      state.remove(object.handle)
      state.insert(object, in: folder)
    }
  }

  /// Takes note that an object is gone.
  func remove(_ object: ObjectHandle) {
    state.withLock { state in
      state.remove(object)
      // It may have been a folder.
      state.forget(object)
    }
  }

  /// Takes note that an object has another name.
  func rename(_ object: ObjectHandle, to name: String) {
    state.withLock { state in
      guard let folder = state.parents[object], var entry = state.folders[folder]?.objects[object]
      else { return }
      state.remove(object)
      entry.info.filename = name
      state.insert(entry, in: folder)
    }
  }

  /// Forgets a folder: something may have happened there that nobody knows.
  func forget(_ folder: ObjectHandle) {
    state.withLock { $0.forget(folder) }
  }

  /// Forgets everything.
  func forgetAll() {
    state.withLock { $0 = State() }
  }

  /// Takes note of which objects a folder holds now; returns those that were not known.
  func compare(_ handles: [ObjectHandle], in folder: ObjectHandle) -> [ObjectHandle] {
    state.withLock { state in
      guard let known = state.folders[folder] else { return handles }
      let there = Set(handles)
      for handle in known.objects.keys where !there.contains(handle) { state.remove(handle) }
      return handles.filter { known.objects[$0] == nil }
    }
  }
}

extension FolderIndex.State {
  fileprivate mutating func insert(_ object: ListedObject, in folder: ObjectHandle) {
    guard folders[folder] != nil else { return }
    parents[object.handle] = folder
    folders[folder]?.objects[object.handle] = object
    folders[folder]?.names[object.info.filename, default: []].append(object.handle)
    if TrackName.isOurs(object.info.filename) { folders[folder]?.ours.insert(object.handle) }
  }

  fileprivate mutating func remove(_ object: ObjectHandle) {
    guard let folder = parents.removeValue(forKey: object),
      let entry = folders[folder]?.objects.removeValue(forKey: object)
    else { return }
    let name = entry.info.filename
    folders[folder]?.names[name]?.removeAll { $0 == object }
    if folders[folder]?.names[name]?.isEmpty == true { folders[folder]?.names[name] = nil }
    folders[folder]?.ours.remove(object)
  }

  fileprivate mutating func forget(_ folder: ObjectHandle) {
    guard let known = folders.removeValue(forKey: folder) else { return }
    for handle in known.objects.keys { parents[handle] = nil }
  }
}
