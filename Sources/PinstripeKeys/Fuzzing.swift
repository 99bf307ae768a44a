/// Entries for fuzzers, which cannot guess a checksum: each judges the bytes as they are, and once more
/// with the checksum made right, and says whether what parsed was written back to the same bytes.
@_spi(Fuzzing)
public enum FuzzedKeys {
  /// A keybox.
  ///
  /// False means a defect.
  public static func keybox(_ bytes: [UInt8]) -> Bool {
    judge(bytes, checksum: 96) { bytes throws(KeyError) in
      try Keybox(decoding: bytes).encoded()
    }
  }

  /// A playback key file.
  ///
  /// False means a defect.
  public static func playbackKey(_ bytes: [UInt8]) -> Bool {
    judge(bytes, checksum: 96) { bytes throws(KeyError) in
      try PlaybackKey(decoding: bytes).encoded()
    }
  }

  /// An exported user's or group's key.
  ///
  /// False means a defect.
  public static func sharedKey(_ bytes: [UInt8]) -> Bool {
    judge(bytes, checksum: 96) { bytes throws(KeyError) in
      try SharedKey(decoding: bytes).encoded()
    }
  }

  /// A key store's records, as they are once the body is open.
  ///
  /// False means a defect.
  public static func records(_ bytes: [UInt8]) -> Bool {
    guard let records = try? KeyRecord.decode(bytes.span) else { return true }
    return (try? KeyRecord.encode(records)).map { isSame($0, bytes) } ?? false
  }

  /// A key store file up to its locks, which are not tried.
  ///
  /// False means a defect.
  public static func keyStore(_ bytes: [UInt8]) -> Bool {
    let repaired = repair(bytes, checksum: bytes.count - KeyStoreLayout.checksumSize)
    return [bytes, repaired].allSatisfy { bytes in
      guard let store = try? SealedKeyStore(decoding: bytes.span) else { return true }
      guard let written = try? store.encoded(),
        let again = try? SealedKeyStore(decoding: written.span)
      else { return false }
      return (try? again.encoded()) == written
        && written.dropLast(KeyStoreLayout.checksumSize) == withoutGaps(bytes)
    }
  }

  /// A key store up to its checksum; slots without a lock are at the end, as they are when written.
  private static func withoutGaps(_ bytes: [UInt8]) -> ArraySlice<UInt8> {
    let (start, end) = (KeyStoreLayout.firstSlot, KeyStoreLayout.headerSize)
    let slots = stride(from: start, to: end, by: KeyStoreLayout.slotSize).map {
      Array(bytes[$0..<$0 + KeyStoreLayout.slotSize])
    }
    let isUsed = { (slot: [UInt8]) in slot.contains { $0 != 0 } }
    let closed = slots.filter(isUsed) + slots.filter { !isUsed($0) }
    return
      (bytes[..<start] + closed.flatMap(\.self) + bytes[end...])
      .dropLast(KeyStoreLayout.checksumSize)
  }

  private static func judge(
    _ bytes: [UInt8], checksum: Int,
    _ body: (Span<UInt8>) throws(KeyError) -> SecretBytes
  ) -> Bool {
    [bytes, repair(bytes, checksum: checksum)].allSatisfy { bytes in
      (try? body(bytes.span)).map { isSame($0, bytes) } ?? true
    }
  }

  private static func repair(_ bytes: [UInt8], checksum offset: Int) -> [UInt8] {
    guard offset >= 0, bytes.count >= offset,
      let checksum = try? KeyFile.checksum(of: bytes.span.extracting(first: offset))
    else { return bytes }
    return Array(bytes.prefix(offset)) + checksum.span.bytes(at: 0, count: 32)
  }

  private static func isSame(_ secret: SecretBytes, _ bytes: [UInt8]) -> Bool {
    secret.withBytes { $0.equalsInConstantTime(bytes.span) }
  }
}
