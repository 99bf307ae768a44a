/// A key store's file as it lies on disk (KeyStoreLayout.swift draws it), judged but not opened.
struct SealedKeyStore: Sendable {
  var id: [UInt8]
  var generation: UInt64
  /// The locks in the order of their slots; a slot without one is left out and closes up on writing.
  var slots: [LockSlot]
  private var nonce: [UInt8]
  private var additional: [UInt8]
  private var sealedBody: [UInt8]

  /// A store that was never written.
  init(id: [UInt8]) {
    self.id = id
    generation = 0
    slots = []
    nonce = []
    additional = []
    sealedBody = []
  }

  /// Judges a file's bytes.
  ///
  /// - Throws: ``KeyError/Code/wrongKind``, ``KeyError/Code/damaged``, ``KeyError/Code/version``,
  ///   ``KeyError/Code/costly``.
  init(decoding bytes: Span<UInt8>) throws(KeyError) {
    guard bytes.count >= 8 else { throw Self.damaged("is cut short") }
    for (offset, expected) in KeyStoreLayout.magic.enumerated() where bytes[offset] != expected {
      throw KeyError(.wrongKind, "this is not a Pinstripe key store; check which file it is")
    }
    guard bytes.count >= KeyStoreLayout.smallestFile else { throw Self.damaged("is cut short") }
    guard bytes.count <= KeyStoreLayout.largestFile else {
      throw KeyError(.damaged, "this key store is larger than any can be; restore a backup")
    }
    let checksummed = bytes.count - KeyStoreLayout.checksumSize
    let checksum = try KeyFile.checksum(of: bytes.extracting(first: checksummed))
    guard checksum.span.equalsInConstantTime(bytes.extracting(last: KeyStoreLayout.checksumSize))
    else { throw Self.damaged("is damaged (its checksum fails)") }
    try self.init(checked: bytes)
  }

  private init(checked bytes: Span<UInt8>) throws(KeyError) {
    let version = bytes.littleEndian16(at: 8)
    guard version == 1, bytes.littleEndian16(at: 10) == 1 else {
      throw KeyError(
        .version, "this key store is of a later version (\(version)); update this program")
    }
    let body = Int(bytes.littleEndian32(at: 12))
    guard body == bytes.count - KeyStoreLayout.smallestFile, bytes.isZero(at: 52, count: 12)
    else { throw Self.damaged("contradicts itself") }
    id = bytes.bytes(at: 16, count: 16)
    generation = bytes.littleEndian64(at: 32)
    nonce = bytes.bytes(at: 40, count: Sealing.nonceSize)
    slots = []
    var work: UInt64 = 0
    for index in 0..<KeyStoreLayout.lockSlots {
      let offset = KeyStoreLayout.firstSlot + index * KeyStoreLayout.slotSize
      guard let slot = try LockSlot(decoding: bytes, at: offset) else { continue }
      if case .passphrase(let cost) = slot.kind { work += cost.work }
      slots.append(slot)
    }
    guard work <= ScryptCost.maximumWork else { throw ScryptCost.refusal }
    guard !slots.isEmpty else { throw Self.damaged("has no lock") }
    additional = bytes.bytes(at: 0, count: KeyStoreLayout.headerSize)
    sealedBody = bytes.bytes(at: KeyStoreLayout.headerSize, count: body + KeyStoreLayout.tagSize)
  }

  /// Opens the body.
  ///
  /// - Throws: ``KeyError/Code/tampered`` when it was not sealed under `master` with this header.
  func open(master: SecretBytes) throws(KeyError) -> SecretBytes {
    guard
      let body = try Sealing.open(
        sealedBody.span, under: master, nonce: nonce.span, additional: additional.span)
    else {
      throw KeyError(
        .tampered, "this key store was edited by something else than Pinstripe; restore a backup")
    }
    return body
  }

  /// Seals `body` as the next generation.
  ///
  /// - Returns: The file's bytes.
  /// - Throws: ``KeyError/Code/full``, ``KeyError/Code/crypto``.
  mutating func seal(_ body: SecretBytes, master: SecretBytes) throws(KeyError) -> [UInt8] {
    guard body.count <= KeyStoreLayout.maximumBody, slots.count <= KeyStoreLayout.lockSlots else {
      throw KeyError(.full, "the key store is full; remove devices or locks that are not used")
    }
    generation &+= 1
    nonce = try SystemRandom.bytes(count: Sealing.nonceSize)
    additional = encodedHeader(body: body.count)
    sealedBody = try Sealing.seal(
      body, under: master, nonce: nonce.span, additional: additional.span)
    return try encoded()
  }

  /// The file's bytes, of a store that was read or sealed.
  ///
  /// - Throws: ``KeyError/Code/crypto``.
  func encoded() throws(KeyError) -> [UInt8] {
    let file = encodedHeader(body: sealedBody.count - KeyStoreLayout.tagSize) + sealedBody
    let checksum = try KeyFile.checksum(of: file.span)
    return file + checksum.span.bytes(at: 0, count: KeyStoreLayout.checksumSize)
  }

  private func encodedHeader(body: Int) -> [UInt8] {
    var header = [UInt8](repeating: 0, count: KeyStoreLayout.headerSize)
    var area = header.mutableSpan
    area.store(KeyStoreLayout.magic.span, at: 0)
    area.store(UInt16(1), at: 8)
    area.store(UInt16(1), at: 10)
    area.store(UInt32(truncatingIfNeeded: body), at: 12)
    area.store(id.span, at: 16)
    area.store(generation, at: 32)
    area.store(nonce.span, at: 40)
    for (index, slot) in slots.enumerated() {
      slot.encode(
        into: &area, at: KeyStoreLayout.firstSlot + index * KeyStoreLayout.slotSize)
    }
    return header
  }

  private static func damaged(_ what: String) -> KeyError {
    KeyError(.damaged, "this key store \(what); restore a backup")
  }
}
