public import PinstripeCore

/// Makes and reads rights as the service does that sells works: for TEST devices, whose secrets a key
/// store may hold.
///
/// The file is the record and nothing else (RightsRecord.swift draws it): 128 bytes, no secret.
public enum RightsFile {
  /// Issues rights for a device.
  ///
  /// - Parameters:
  ///   - plays: How often the track may be played; 0 means any number.
  ///   - notBefore: Seconds since 1970-01-01 00:00 UTC before which it is not played; 0 means any time.
  ///   - notAfter: Seconds since then after which it is not played; 0 means any time.
  /// - Returns: The 128 bytes, with a fresh rights id and track id.
  /// - Throws: ``KeyError/Code/argument`` for times in the wrong order; ``KeyError/Code/crypto``,
  ///   ``KeyError/Code/memory``.
  public static func issue(
    for keybox: Keybox, plays: UInt32, notBefore: UInt64, notAfter: UInt64
  ) throws(KeyError) -> [UInt8] {
    guard notAfter == 0 || notBefore <= notAfter else {
      throw KeyError(.argument, "rights cannot end before they begin")
    }
    let rightsID = try SystemRandom.bytes(count: 16)
    let trackID = try SystemRandom.bytes(count: 16)
    let record = RightsRecord(
      isTest: keybox.isTest, isIssued: true, plays: plays, rightsID: InlineArray { rightsID[$0] },
      deviceID: InlineArray { keybox.deviceID.bytes[$0] }, trackID: InlineArray { trackID[$0] },
      notBefore: notBefore, notAfter: notAfter)
    var bytes = [UInt8](repeating: 0, count: RightsRecord.size)
    var area = bytes.mutableSpan
    record.encode(into: &area)
    let provider = try SoftwareProvider()
    try provider.load(keybox.deviceSecret, at: .root)
    do throws(TrackError) {
      try KeyLadder(provider.crypto).deriveRightsKey(into: .rights)
      let tag = try provider.crypto.mac(
        area.span.extracting(first: RightsRecord.tagOffset), Span(), under: .rights)
      area.store(tag.span, at: RightsRecord.tagOffset)
    } catch {
      throw KeyError(error)
    }
    return bytes
  }

  /// Reads a record; its tag is not verified.
  ///
  /// - Throws: ``KeyError/Code/wrongKind``.
  public static func read(_ bytes: Span<UInt8>) throws(KeyError) -> RightsRecord {
    do throws(TrackError) {
      return try RightsRecord(decoding: bytes)
    } catch {
      throw KeyError(.wrongKind, "this is no rights file, or it is damaged; have it issued again")
    }
  }

  /// Whether a record's tag is its issuer's, as the device will judge.
  ///
  /// - Parameter keybox: That of the device it is for.
  /// - Throws: ``KeyError/Code/crypto``, ``KeyError/Code/memory``.
  public static func isVerified(
    _ bytes: Span<UInt8>, with keybox: Keybox
  ) throws(KeyError) -> Bool {
    let provider = try SoftwareProvider()
    try provider.load(keybox.deviceSecret, at: .root)
    do throws(TrackError) {
      try RightsRecord.verify(bytes, provider: provider.crypto)
      return true
    } catch {
      if case .tag = error { return false }
      throw KeyError(error)
    }
  }
}
