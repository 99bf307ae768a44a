/// Keeps small what a slow storage has still to take, while a file is written from its start on.
///
/// Otherwise Linux takes gigabytes into its memory at once and puts them on the storage in one last call,
/// which shows no progress and cannot be cancelled.
public struct WriteBehind {
  /// Bytes that are handed to the storage at a time; twice as many may be on their way to it.
  static let window: UInt64 = 4 << 20

  /// What lies before is on the storage.
  private var settled: UInt64 = 0
  /// What lies before is there or on its way.
  private var begun: UInt64 = 0

  /// Whether the file system can do this.
  private var isPossible = true

  /// Starts at a file's beginning.
  public init() {}

  /// To be called after each write.
  ///
  /// - Parameters:
  ///   - end: Bytes of the file that are written so far.
  ///   - file: The file.
  /// - Throws: ``FileError`` when the storage refused what it had taken before.
  public mutating func wrote(upTo end: UInt64, of file: borrowing SystemFile) throws(FileError) {
    guard isPossible, end >= begun + Self.window else { return }
    isPossible = try file.writeBack(begun..<end, waiting: false)
    if isPossible, settled < begun { _ = try file.writeBack(settled..<begun, waiting: true) }
    settled = begun
    begun = end
  }
}
