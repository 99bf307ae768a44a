extension AtomicFile {
  /// Writes a whole small file that only its owner can read (mode 0600), in the place of one of the name.
  ///
  /// - Throws: ``FileError``; then nothing has changed.
  public static func write(_ bytes: [UInt8], to path: String) throws(FileError) {
    let file = try AtomicFile(replacing: path, mode: 0o600)
    try bytes.span.withUnsafeBytes { bytes throws(FileError) in try file.file.write(bytes) }
    try file.commit()
  }
}
