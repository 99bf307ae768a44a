import PinstripeCore
import PinstripeKeys

/// A stream whose sending can go on where it was cut off, perhaps in another process.
protocol ResumableStream: ByteStream {
  /// What the bytes are made of, as hexadecimal digits; empty where nothing is encrypted.
  ///
  /// Keystream is used twice for the same bytes only: the whole content's digest is in it, and where its
  /// frames are, for these decide which byte of keystream a byte of content meets.
  func fingerprint() throws(PinstripeError) -> String

  /// The bytes at the start that hold the key, as long as ``headerSize`` says.
  func header() throws(PinstripeError) -> [UInt8]

  /// How long that is; 0 where nothing is encrypted.
  var headerSize: UInt64 { get }

  /// How many bytes from the start on are the same each time they are made under one header.
  var repeatableLength: UInt64 { get }

  /// Begins again: under a header that was sent before, or, without one, under a new key.
  ///
  /// - Throws: With ``PinstripeError/Code/wrongKey`` or ``PinstripeError/Code/badTrack`` where the header
  ///   is not one of this stream's.
  func begin(under header: [UInt8]?) throws(PinstripeError)
}

extension TrackStream: ResumableStream {
  var headerSize: UInt64 { UInt64(TrackLayout.headerAreaSize) }

  // Sections get a fresh salt each time.
  var repeatableLength: UInt64 { headerSize + (expected ?? 0) }

  func header() throws(PinstripeError) -> [UInt8] { try encryptor.headerArea() }

  func fingerprint() throws(PinstripeError) -> String {
    let survey = try survey(withDigest: true)
    let digest = try ContentDigest()
    let label: [UInt8] = Array("pinstripe part v1".utf8) + [0]
    // A file that was changed while it was sent, and is as before again, may have been sent in part as it
    // was between: its keystream must not meet other bytes.
    let revision = survey.revision.map { "\($0.length) \($0.changed)" } ?? ""
    for part in [label, survey.digest ?? [], survey.runsDigest, Array(revision.utf8)] {
      try part.span.withUnsafeBytes { bytes throws(PinstripeError) in try digest.update(bytes) }
    }
    return Hexadecimal.string(try digest.finish())
  }
}

extension ClearStream: ResumableStream {
  var headerSize: UInt64 { 0 }
  var repeatableLength: UInt64 { length ?? 0 }
  func header() -> [UInt8] { [] }
  // What is there is compared byte by byte, and no keystream is at stake.
  func fingerprint() -> String { "" }
  func begin(under header: [UInt8]?) { rewind() }
}
