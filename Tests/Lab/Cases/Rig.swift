import PinstripeMTP

/// An open session with a storage, and a file's way there and back.
struct Rig: Sendable {
  let session: Session
  let storage: StorageID

  init(_ session: Session) async throws {
    self.session = session
    guard let storage = try await session.storageIDs().first else {
      throw MTPError(.notSupported, operation: .getStorageIDs)
    }
    self.storage = storage
  }

  func upload(
    _ name: String, _ bytes: [UInt8], in parent: ObjectHandle = .root,
    onFill: @escaping @Sendable (_ given: Int) throws -> Void = { _ in }
  ) async throws -> ObjectHandle {
    var rest = bytes[...]
    return try await session.upload(
      ObjectInfo(filename: name, format: .undefined, size: 0), to: storage, in: parent,
      length: UInt64(bytes.count)
    ) { buffer in
      try onFill(bytes.count - rest.count)
      let part = rest.prefix(buffer.count)
      buffer.copyBytes(from: part)
      rest = rest.dropFirst(part.count)
      return part.count
    }
  }

  func download(
    _ object: ObjectHandle, size: Int,
    onBytes: @escaping @Sendable (_ got: Int) throws -> Void = { _ in }
  ) async throws -> [UInt8] {
    var bytes: [UInt8] = []
    try await session.getObject(object, size: UInt64(size)) { part in
      bytes += part
      try onBytes(bytes.count)
    }
    return bytes
  }

  /// The names in a folder.
  func names(in folder: ObjectHandle = .root) async throws -> [String] {
    var names: [String] = []
    for try await object in session.objects(in: folder, of: storage) {
      names.append(object.info.filename)
    }
    return names.sorted()
  }

  /// Whether a file arrives and comes back.
  func returns(_ bytes: [UInt8]) async throws -> Bool {
    let object = try await upload("\(bytes.count)", bytes)
    let back = try await download(object, size: bytes.count)
    try await session.deleteObject(object)
    return back == bytes
  }
}

/// Bytes that differ from their neighbours and from page to page.
func pattern(_ count: Int) -> [UInt8] {
  (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 / 251 &+ count) }
}
