import Glibc
import PinstripeFiles

extension VolumeTransport {
  /// Calls the file system of the player that was opened, and of no other.
  ///
  /// - Parameter name: The track that it is about, where the calls' own paths are others.
  /// - Throws: ``PinstripeError``, with the code ``PinstripeError/Code/playerGone`` when that player is
  ///   no longer where it was: what is there now is another one, or a folder of the computer's own disk.
  func translated<Value: ~Copyable>(
    writing: Bool, of name: String? = nil, _ body: () throws(FileError) -> Value
  ) throws(PinstripeError) -> Value {
    try checkPresence()
    do throws(FileError) {
      return try body()
    } catch {
      throw failure(error, writing: writing, of: name)
    }
  }

  func checkPresence() throws(PinstripeError) {
    guard root.isInPlace() else { throw gone(nil) }
  }

  /// Why the file system refused, in a sentence that names the file.
  func failure(
    _ error: FileError, writing: Bool, of name: String? = nil
  ) -> PinstripeError {
    if Self.absence.contains(error.code) || !root.isInPlace() { return gone(error) }
    if writing, [ENOSPC, EDQUOT].contains(error.code) {
      return .filledUp(name ?? error.path, playerName, underlying: error)
    }
    if let kind = Self.kind(error) {
      return PinstripeError(
        writing ? .alreadyOnPlayer : .playerRefused,
        "\(error.path) is \(kind), which Pinstripe does not touch; remove it, or give it another "
          + "name, and try again.", underlying: error)
    }
    return writing ? PinstripeError(writing: error) : PinstripeError(reading: error)
  }

  /// What stands in a file's or folder's place; nil when that is not the error.
  private static func kind(_ error: FileError) -> String? {
    switch (error.code, error.operation) {
    case (ELOOP, _): "a symbolic link"
    case (EISDIR, _): "a folder in a file's place"
    case (ENOTDIR, _): "a file in a folder's place"
    case (EINVAL, "use"): "a pipe or a device"
    default: nil
    }
  }

  private func gone(_ error: FileError?) -> PinstripeError {
    PinstripeError(
      .playerGone, "\(playerName) was unmounted or unplugged; mount it and try again.",
      underlying: error)
  }

  /// What the kernel says of a device that is not there.
  private static let absence = [ENODEV, ENXIO, ESTALE, ENOTCONN, ESHUTDOWN]
}
