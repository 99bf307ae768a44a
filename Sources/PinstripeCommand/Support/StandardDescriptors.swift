import Glibc

/// Descriptors 0, 1 and 2, which whoever starts a program may have closed (`2>&-`).
enum StandardDescriptors {
  // O_PATH, open(2). Swift does not import the macro; its value is the same on all of Swift's
  // platforms.
  private static let nameOnly: Int32 = 0o10_000_000

  /// Takes the places that are free, or the next file opened would be standard output or error, and
  /// what is said would be written into it.
  static func fill() {
    for descriptor: Int32 in 0...2 where fcntl(descriptor, F_GETFD) < 0 {
      // The lowest free descriptor is taken (open(2)). It can be neither read nor written, so that
      // what needs it still fails.
      _ = open("/dev/null", nameOnly)
    }
  }
}
