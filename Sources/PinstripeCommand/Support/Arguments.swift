import Pinstripe

/// The words of the command line, behind the program's name.
enum Arguments {
  /// The words.
  ///
  /// - Throws: ``PinstripeError`` with the code ``PinstripeError/Code/usage`` for one that is not
  ///   UTF-8: Swift's own array has it mended, and that names another file, which may exist.
  static func read() throws(PinstripeError) -> [String] {
    var words: [String] = []
    for index in 1..<max(1, Int(CommandLine.argc)) {
      guard let bytes = CommandLine.unsafeArgv[index] else { break }
      guard let word = String(validatingCString: bytes) else {
        throw PinstripeError(
          .usage,
          "\"\(String(cString: bytes))\" is not UTF-8; give the file another name, or pass its "
            + "bytes through a pipe as \"-\".")
      }
      words.append(word)
    }
    return words
  }
}
