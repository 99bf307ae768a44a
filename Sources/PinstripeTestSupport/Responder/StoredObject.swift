public import PinstripeMTP

/// One object of a ``MemoryResponder``.
public struct StoredObject: Sendable {
  /// What an object consists of.
  public enum Content: Sendable, Equatable {
    /// These bytes.
    case bytes([UInt8])
    /// So many zero bytes that take no memory: objects of 4 GiB and more.
    case zeros(UInt64)
    /// So many bytes that are zero but for some blocks, by their offsets: multiples of ``blockSize``.
    case sparse(UInt64, blocks: [UInt64: [UInt8]])

    /// Bytes of a block, of which the last one may have fewer.
    public static var blockSize: Int { 1 << 16 }

    /// How many bytes there are.
    public var count: UInt64 {
      switch self {
      case .bytes(let bytes): UInt64(bytes.count)
      case .zeros(let count), .sparse(let count, _): count
      }
    }
  }

  /// Its handle.
  public var handle: ObjectHandle
  /// The storage it is on.
  public var storage: StorageID
  /// The folder it is in; ``PinstripeMTP/ObjectHandle/none`` is the root.
  public var parent: ObjectHandle
  /// Its format.
  public var format: ObjectFormat
  /// Its file name.
  public var name: String
  /// What it consists of.
  public var content: Content
  /// Whether all the bytes that were announced came.
  public var isComplete = true
  /// What it refers to: a playlist's tracks.
  public var references: [ObjectHandle] = []
  /// Its properties beyond those that follow from the above.
  public var properties: [ObjectPropertyCode: PropertyValue] = [:]
}

extension StoredObject.Content: CustomStringConvertible {
  /// How many bytes, and the first of them.
  public var description: String {
    switch self {
    case .bytes(let bytes): "\(bytes.count) bytes \(bytes.prefix(8))…"
    case .zeros(let count): "\(count) zero bytes"
    case .sparse(let count, let blocks): "\(count) bytes, zero but for \(blocks.count) blocks"
    }
  }
}

/// The objects and storages of a ``MemoryResponder``.
struct ObjectStore {
  /// One storage.
  struct Storage {
    var id: StorageID
    var info: StorageInfo
  }

  var storages: [Storage] = []
  private(set) var objects: [ObjectHandle: StoredObject] = [:]
  private var nextHandle: UInt32 = 1
  /// Bytes on each storage.
  private var used: [StorageID: UInt64] = [:]

  private var order: [ObjectHandle] = []

  /// Every object, in the order of its making.
  var all: [StoredObject] { order.compactMap { objects[$0] } }

  subscript(handle: ObjectHandle) -> StoredObject? {
    get { objects[handle] }
    set {
      account(for: objects[handle], newValue)
      objects[handle] = newValue
    }
  }

  func children(of parent: ObjectHandle, on storage: StorageID) -> [StoredObject] {
    order.compactMap { handle in
      guard let object = objects[handle], object.parent == parent,
        storage == .all || object.storage == storage
      else { return nil }
      return object
    }
  }

  func isFolder(_ handle: ObjectHandle) -> Bool {
    handle == .none || objects[handle]?.format == .association
  }

  mutating func insert(
    _ name: String, format: ObjectFormat, content: StoredObject.Content,
    in parent: ObjectHandle, on storage: StorageID
  ) -> ObjectHandle {
    let handle = ObjectHandle(rawValue: nextHandle)
    nextHandle += 1
    order.append(handle)
    self[handle] = StoredObject(
      handle: handle, storage: storage, parent: parent, format: format, name: name,
      content: content)
    return handle
  }

  /// Removes an object with everything in it.
  mutating func remove(_ handle: ObjectHandle) {
    for child in objects.values where child.parent == handle && child.handle != handle {
      remove(child.handle)
    }
    self[handle] = nil
    order.removeAll { $0 == handle }
  }

  /// Keeps what each storage holds: it is asked for before every upload.
  private mutating func account(for old: StoredObject?, _ new: StoredObject?) {
    if let old { used[old.storage, default: 0] -= old.content.count }
    if let new { used[new.storage, default: 0] += new.content.count }
  }

  /// What a storage says about itself now.
  func info(_ storage: StorageID) -> StorageInfo? {
    guard var info = storages.first(where: { $0.id == storage })?.info else { return nil }
    let used = used[storage] ?? 0
    info.freeSpace = info.capacity > used ? info.capacity - used : 0
    return info
  }
}
