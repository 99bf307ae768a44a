import CPinstripe

// Rights, the 128 bytes of a section's contents and of a rights file, little-endian:
//
//   offset  size  field
//        0     2  version, 1
//        2     2  flags: bit 0 TEST, bit 1 ISSUED
//        4     4  plays allowed; 0 means any number
//        8    16  rights id, under which plays are counted
//       24    16  device id
//       40    16  track id
//       56     8  not before: seconds since 1970-01-01 00:00 UTC; 0 means any time
//       64     8  not after, the same
//       72    24  zero
//       96    32  issuer's tag: HMAC(K_rights, the 96 bytes before it) with ISSUED, zero without

/// What the buyer of a work may do, said by the service that sold it.
public struct RightsRecord: Sendable {
  /// Whether it is for a TEST device.
  public var isTest: Bool
  /// Whether it carries its issuer's tag; without, it is advice that anybody may have written.
  public var isIssued: Bool
  /// How often the track may be played; 0 means any number.
  public var plays: UInt32
  /// Under which plays are counted; random.
  public var rightsID: InlineArray<16, UInt8>
  /// For which device it was issued.
  public var deviceID: InlineArray<16, UInt8>
  /// The track that it is for.
  public var trackID: InlineArray<16, UInt8>
  /// Seconds since 1970-01-01 00:00 UTC before which the track is not played; 0 means any time.
  public var notBefore: UInt64
  /// Seconds since 1970-01-01 00:00 UTC after which the track is not played; 0 means any time.
  public var notAfter: UInt64

  /// Bytes of a record.
  public static var size: Int { 128 }
  /// Where the issuer's tag stands, over all before it.
  public static var tagOffset: Int { 96 }
  static var rightsIDOffset: Int { 8 }
  static var deviceIDOffset: Int { 24 }
  static var trackIDOffset: Int { 40 }
  static var notBeforeOffset: Int { 56 }
  static var notAfterOffset: Int { 64 }

  /// Creates a record.
  public init(
    isTest: Bool, isIssued: Bool, plays: UInt32, rightsID: InlineArray<16, UInt8>,
    deviceID: InlineArray<16, UInt8>, trackID: InlineArray<16, UInt8>, notBefore: UInt64,
    notAfter: UInt64
  ) {
    self.isTest = isTest
    self.isIssued = isIssued
    self.plays = plays
    self.rightsID = rightsID
    self.deviceID = deviceID
    self.trackID = trackID
    self.notBefore = notBefore
    self.notAfter = notAfter
  }

  /// Writes the record, but for its tag, to the first 96 bytes of `bytes`.
  public func encode(into bytes: inout MutableSpan<UInt8>) {
    bytes.storeLittleEndian(UInt16(1), at: 0)
    bytes.storeLittleEndian(UInt16((isTest ? 1 : 0) | (isIssued ? 2 : 0)), at: 2)
    bytes.storeLittleEndian(plays, at: 4)
    bytes.store(rightsID.span, at: Self.rightsIDOffset)
    bytes.store(deviceID.span, at: Self.deviceIDOffset)
    bytes.store(trackID.span, at: Self.trackIDOffset)
    bytes.storeLittleEndian(notBefore, at: Self.notBeforeOffset)
    bytes.storeLittleEndian(notAfter, at: Self.notAfterOffset)
  }

  /// Reads and judges a record; its tag comes later, in ``verify(_:provider:using:)``.
  ///
  /// - Throws: ``TrackError/malformed``.
  public init(decoding bytes: Span<UInt8>) throws(TrackError) {
    guard bytes.count == Self.size else { throw .malformed }
    let flags = try unsafe bytes.withUnsafeBufferPointer { bytes throws(TrackError) in
      guard let base = bytes.baseAddress else { throw .malformed }
      return try unsafe Self.flags(of: base)
    }
    isTest = flags & PINSTRIPE_RIGHTS_TEST != 0
    isIssued = flags & PINSTRIPE_RIGHTS_ISSUED != 0
    plays = unsafe bytes.littleEndian32(at: 4)
    rightsID = InlineArray(copying: bytes, at: Self.rightsIDOffset)
    deviceID = InlineArray(copying: bytes, at: Self.deviceIDOffset)
    trackID = InlineArray(copying: bytes, at: Self.trackIDOffset)
    notBefore = unsafe bytes.littleEndian64(at: Self.notBeforeOffset)
    notAfter = unsafe bytes.littleEndian64(at: Self.notAfterOffset)
  }

  /// Judges a record's form, and tells its flags.
  ///
  /// - Throws: ``TrackError/malformed``.
  @unsafe
  static func flags(of bytes: UnsafePointer<UInt8>) throws(TrackError) -> UInt32 {
    // Version and flags, as one number.
    let start = unsafe bytes.littleEndian32(at: 0)
    let flags = start >> 16
    let notAfter = unsafe bytes.littleEndian64(at: notAfterOffset)
    // Without an issuer there is no tag of one.
    let end = flags & PINSTRIPE_RIGHTS_ISSUED != 0 ? tagOffset : size
    guard UInt16(truncatingIfNeeded: start) == 1, flags <= 3,
      unsafe notAfter == 0 || notAfter >= bytes.littleEndian64(at: notBeforeOffset),
      unsafe bytes.isZero(from: 72, to: end)
    else { throw .malformed }
    return flags
  }

  /// Verifies the issuer's tag with the device's secret, which is at ``KeyPlace/root``.
  ///
  /// - Parameters:
  ///   - bytes: The 128 bytes of the record.
  ///   - place: Where K_rights is put for the while.
  /// - Throws: ``TrackError/tag``, ``TrackError/argument`` for another size, ``TrackError/provider``.
  public static func verify(
    _ bytes: Span<UInt8>, provider: CryptoProvider, using place: KeyPlace = .rights
  ) throws(TrackError) {
    guard bytes.count == size else { throw .argument }
    try unsafe bytes.withUnsafeBufferPointer { bytes throws(TrackError) in
      guard let base = bytes.baseAddress else { throw .argument }
      try unsafe verify(base, provider, using: place)
    }
  }

  /// The same, of the 128 bytes at `bytes`.
  @unsafe
  static func verify(
    _ bytes: UnsafePointer<UInt8>, _ provider: CryptoProvider, using place: KeyPlace
  ) throws(TrackError) {
    defer { provider.discard(place) }
    try KeyLadder(provider).deriveRightsKey(into: place)
    try unsafe provider.check(bytes + tagOffset, of: bytes, tagOffset, under: place)
  }
}
