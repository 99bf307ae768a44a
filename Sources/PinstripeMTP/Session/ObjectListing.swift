import PinstripeProfile

/// One object of a listing.
public struct ListedObject: Hashable, Sendable {
  /// Its handle, valid as long as the session.
  public var handle: ObjectHandle
  /// What the player says about it.
  public var info: ObjectInfo
  /// Its size in bytes; nil when it exceeds 32 bits and the player cannot say by how much.
  public var size: UInt64?

  /// Creates an entry.
  public init(handle: ObjectHandle, info: ObjectInfo, size: UInt64?) {
    self.handle = handle
    self.info = info
    self.size = size
  }
}

/// The objects of a folder, asked for while the sequence is read.
///
/// The first step takes one transaction for the handles and, where the player can tell the properties
/// of a whole folder, one for these: that is all. Where it cannot, each step takes one for its object
/// (two for objects of 4 GiB and more that only have ObjectInfo); nothing is read ahead then, so
/// ending early costs nothing, and an object that disappears meanwhile is left out.
public struct ObjectListing: AsyncSequence, Sendable {
  /// One object.
  public typealias Element = ListedObject
  /// How reading fails.
  public typealias Failure = MTPError

  let session: Session
  let storage: StorageID
  let parent: ObjectHandle

  /// Reads the listing from its beginning.
  public func makeAsyncIterator() -> Iterator {
    Iterator(listing: self)
  }

  /// Reads a listing.
  public struct Iterator: AsyncIteratorProtocol {
    let listing: ObjectListing
    private var handles: ArraySlice<ObjectHandle>?
    /// What is known already of the objects that are left.
    private var listed: [ObjectHandle: ListedObject] = [:]

    init(listing: ObjectListing) {
      self.listing = listing
    }

    /// The next object; nil at the end.
    public mutating func next() async throws(MTPError) -> ListedObject? {
      try await next(isolation: #isolation)
    }

    /// The next object; nil at the end.
    public mutating func next(
      isolation actor: isolated (any Actor)?
    ) async throws(MTPError) -> ListedObject? {
      let session = listing.session
      if handles == nil {
        let all = try await session.objectHandles(storage: listing.storage, parent: listing.parent)
        handles = all[...]
        // One object is as quickly asked for by itself; those of all folders are no folder's.
        if all.count > 1, listing.parent != .none, session.listsFolders {
          listed = try await session.listedObjects(in: listing.parent, all)
        }
      }
      while let handle = handles?.popFirst() {
        if let object = listed.removeValue(forKey: handle) { return object }
        do throws(MTPError) {
          return try await session.describe(handle)
        } catch {
          guard error.response == .invalidObjectHandle else { throw error }
        }
      }
      return nil
    }
  }
}

extension Session {
  /// Tells of one object what a listing does, in as few transactions as the player needs for it: one,
  /// and two for an object of 4 GiB and more on a player without property lists.
  public func describe(_ object: ObjectHandle) async throws(MTPError) -> ListedObject {
    // Where ObjectInfo's size cannot be believed, the properties have it right.
    if profile.quirks.contains(.wrappedSize), listsProperties,
      let listed = try await describeByProperties(object)
    {
      return listed
    }
    let info = try await objectInfo(object)
    return recognised(
      ListedObject(handle: object, info: info, size: try await objectSize(object, info: info)))
  }

  /// The object with the format that its name tells, where the player does not know it:
  /// `Quirk.detectOggByExtension`, and what was sent as Undefined because of
  /// `Quirk.sendOggAsUndefined` and `Quirk.sendFLACAsUndefined`.
  func recognised(_ object: ListedObject) -> ListedObject {
    guard object.info.format == .undefined else { return object }
    let known: [(String, ObjectFormat, Set<Quirk>)] = [
      (".ogg", .ogg, [.detectOggByExtension, .sendOggAsUndefined]),
      (".flac", .flac, [.sendFLACAsUndefined]),
    ]
    let name = object.info.filename.lowercased()
    var object = object
    for (ending, format, quirks) in known
    where name.hasSuffix(ending) && !profile.quirks.isDisjoint(with: quirks) {
      object.info.format = format
    }
    return object
  }

  /// Lists a folder; results arrive while it is read, but where the player tells all of a folder in one
  /// transaction: then with its end.
  public func objects(
    in parent: ObjectHandle = .root, of storage: StorageID
  ) -> ObjectListing {
    ObjectListing(session: self, storage: storage, parent: parent)
  }
}
