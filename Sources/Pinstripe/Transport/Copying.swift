/// From a player to a file.
public enum Copying {
  /// Copies a track, as it is stored.
  ///
  /// - Parameters:
  ///   - output: A path; the file appears when it is complete. "-" is standard output.
  ///   - progress: Is told the bytes copied so far.
  /// - Returns: Bytes copied.
  /// - Throws: ``PinstripeError``.
  public static func pull(
    _ name: String, from transport: any Transport, to output: String,
    progress: (UInt64) -> Void = { _ in }
  ) async throws -> UInt64 {
    let file = try TrackOutput(path: output)
    var copied: UInt64 = 0
    try await transport.read(name, range: 0..<UInt64.max) { bytes in
      try file.write(bytes)
      copied += UInt64(bytes.count)
      progress(copied)
    }
    try file.commit()
    return copied
  }
}
