extension KeyStore {
  /// A user or group in the store; no secret.
  public struct Holder: Sendable, Hashable {
    /// The user or group.
    public let id: HolderID
    /// Which of the two.
    public let kind: SharedKey.Kind
    /// The name for people; may be empty.
    public let name: String
    /// The generations whose keys are here, ascending, never empty.
    public let generations: [UInt32]

    /// The newest generation, for which tracks are made.
    public var generation: UInt32 { generations.last ?? 0 }

    init(_ record: HolderRecord) {
      id = record.id
      kind = record.kind
      name = record.name
      generations = record.generations.map(\.number)
    }
  }

  /// The users and groups in the order they were added.
  public var holders: [Holder] {
    records.compactMap {
      guard case .holder(let record) = $0 else { return nil }
      return Holder(record)
    }
  }

  /// Adds a user's or group's key; of one that is there already, a further generation.
  ///
  /// - Parameter name: A name where the key has none.
  /// - Returns: The user or group, and whether anything was new.
  /// - Throws: ``KeyError/Code/known`` when the store holds another key for that generation, or the id
  ///   is of the other kind; ``KeyError/Code/argument`` for the name; ``KeyError/Code/full``,
  ///   ``KeyError/Code/busy``, ``KeyError/Code/replaced``, ``KeyError/Code/system``.
  @discardableResult
  public func addSharedKey(
    _ key: SharedKey, name: String = ""
  ) throws(KeyError) -> (holder: Holder, isNew: Bool) {
    var added = HolderRecord(key)
    if added.name.isEmpty { added.name = name }
    _ = try DeviceName.encode(added.name)
    return try change { contents throws(KeyError) in
      guard let index = contents.index(of: key.id),
        case .holder(var record) = contents.records[index]
      else {
        contents.records.append(.holder(added))
        return (Holder(added), true)
      }
      let isNew = try record.merge(added)
      contents.records[index] = .holder(record)
      return (Holder(record), isNew)
    }
  }

  /// Starts a new generation with a fresh key, for tracks that are made from now on.
  ///
  /// The former ones are kept: old tracks stay readable.
  ///
  /// - Throws: ``KeyError/Code/unknown``, ``KeyError/Code/full``, ``KeyError/Code/busy``,
  ///   ``KeyError/Code/replaced``, ``KeyError/Code/system``.
  public func retire(_ id: HolderID) throws(KeyError) -> Holder {
    try change { contents throws(KeyError) in
      guard let index = contents.index(of: id), case .holder(var record) = contents.records[index]
      else { throw Self.unknown(id) }
      let (next, isOver) = (record.generations.last?.number ?? 0).addingReportingOverflow(1)
      guard !isOver else { throw HolderRecord.full(id) }
      try record.insert(.init(number: next, secret: SystemRandom.secret()))
      contents.records[index] = .holder(record)
      return Holder(record)
    }
  }

  /// Forgets a user or group with all generations of the key.
  ///
  /// - Throws: ``KeyError/Code/unknown``, ``KeyError/Code/busy``, ``KeyError/Code/replaced``,
  ///   ``KeyError/Code/system``.
  public func removeHolder(_ id: HolderID) throws(KeyError) {
    try change { contents throws(KeyError) in
      guard let index = contents.index(of: id) else { throw Self.unknown(id) }
      contents.records.remove(at: index)
    }
  }

  /// A user's or group's key.
  ///
  /// - Parameter generation: The newest when nil.
  /// - Throws: ``KeyError/Code/unknown``.
  public func sharedKey(
    for id: HolderID, generation number: UInt32? = nil
  ) throws(KeyError) -> SharedKey {
    for case .holder(let record) in records where record.id == id {
      let found = number.map { number in record.generations.first { $0.number == number } }
      guard let generation = found ?? record.generations.last else {
        throw KeyError(
          .unknown, "the key store holds no such generation of \(record.kind.name) \(id)"
        ).naming(path)
      }
      return try SharedKey(
        id: id, kind: record.kind, generation: generation.number, name: record.name,
        secret: generation.secret)
    }
    throw Self.unknown(id).naming(path)
  }

  private static func unknown(_ id: HolderID) -> KeyError {
    KeyError(.unknown, "the key store holds no user or group \(id); list the keys to see it")
  }
}

extension KeyStoreContents {
  fileprivate func index(of id: HolderID) -> Int? {
    records.firstIndex {
      guard case .holder(let record) = $0 else { return false }
      return record.id == id
    }
  }
}

extension HolderRecord {
  /// Takes the generations of the same user or group in; false when all are there already.
  fileprivate mutating func merge(_ other: HolderRecord) throws(KeyError) -> Bool {
    guard other.kind == kind else {
      throw KeyError(.known, "the key store holds \(id) as a \(kind.name); remove it first")
    }
    var isNew = false
    for generation in other.generations {
      if let present = generations.first(where: { $0.number == generation.number }) {
        guard present.secret.equals(generation.secret) else {
          throw KeyError(
            .known,
            "the key store holds another key for generation \(generation.number) of "
              + "\(kind.name) \(id); remove it first")
        }
        continue
      }
      try insert(generation)
      isNew = true
    }
    if name.isEmpty { name = other.name }
    return isNew
  }

  fileprivate mutating func insert(_ generation: Generation) throws(KeyError) {
    guard generations.count < SharedKey.maximumGenerations else { throw Self.full(id) }
    let place = generations.firstIndex { $0.number > generation.number } ?? generations.endIndex
    generations.insert(generation, at: place)
  }

  fileprivate static func full(_ id: HolderID) -> KeyError {
    KeyError(
      .full,
      "\(id) has \(SharedKey.maximumGenerations) generations, which is the limit; make a "
        + "new user or group")
  }
}
