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

/// The objects of a folder, asked for one by one while the sequence is read.
///
/// The first step takes one transaction for the handles and one for an object, each further step one
/// (two for objects of 4 GiB and more). Nothing is read ahead, so ending early costs nothing. An
/// object that disappears meanwhile is left out.
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
        handles = try await session.objectHandles(
          storage: listing.storage, parent: listing.parent)[...]
      }
      while let handle = handles?.popFirst() {
        do throws(MTPError) {
          let info = try await session.objectInfo(handle)
          let size = try await session.objectSize(handle, info: info)
          return ListedObject(handle: handle, info: info, size: size)
        } catch {
          guard error.response == .invalidObjectHandle else { throw error }
        }
      }
      return nil
    }
  }
}

extension Session {
  /// Lists a folder; results arrive while it is read.
  public func objects(
    in parent: ObjectHandle = .root, of storage: StorageID
  ) -> ObjectListing {
    ObjectListing(session: self, storage: storage, parent: parent)
  }
}
