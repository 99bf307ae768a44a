import Glibc
import Pinstripe
import PinstripeKeys

/// Passphrases come from the terminal or a descriptor, never from the command line, which every
/// user of the machine can read.
enum Passphrase {
  /// Reads a line.
  ///
  /// - Parameters:
  ///   - descriptor: Where from; nil asks on the terminal, without showing what is typed.
  ///   - prompt: What to ask.
  static func read(descriptor: Int32?, prompt: String) throws -> SecretBytes {
    if let descriptor { return try line(from: descriptor) }
    let terminal = Glibc.open("/dev/tty", O_RDWR | O_CLOEXEC)
    guard terminal >= 0 else {
      throw PinstripeError(
        .keys, "There is no terminal to ask for the passphrase; pass it with --passphrase-fd.")
    }
    defer { close(terminal) }
    var settings = termios()
    tcgetattr(terminal, &settings)
    var silent = settings
    silent.c_lflag &= ~tcflag_t(ECHO)
    tcsetattr(terminal, TCSAFLUSH, &silent)
    defer {
      tcsetattr(terminal, TCSAFLUSH, &settings)
      Terminal.say("")
    }
    Terminal.write(prompt)
    return try line(from: terminal)
  }

  /// Asks twice on a terminal, so that a slip does not lock the person out.
  static func readNew(descriptor: Int32?) throws -> SecretBytes {
    let first = try read(descriptor: descriptor, prompt: "New passphrase: ")
    guard descriptor == nil else { return first }
    let second = try read(descriptor: nil, prompt: "New passphrase again: ")
    guard first.equals(second) else {
      throw PinstripeError(.keys, "The two passphrases differ; nothing was changed.")
    }
    return first
  }

  /// Reads up to a line's end, byte by byte, so that what follows stays for the next reader.
  private static func line(from descriptor: Int32) throws -> SecretBytes {
    let limit = KeyStoreLayout.maximumPassphrase
    var bytes = InlineArray<1025, UInt8>(repeating: 0)
    var count = 0
    defer { for index in bytes.indices { bytes[index] = 0 } }
    while count <= limit {
      var byte: UInt8 = 0
      let result = Glibc.read(descriptor, &byte, 1)
      // Thrown, not ended, so that the terminal shows again what is typed.
      try Interruption.check()
      if result < 0, errno == EINTR { continue }
      guard result >= 0 else {
        throw PinstripeError(.keys, "The passphrase cannot be read from descriptor \(descriptor).")
      }
      if result == 0 || byte == 0x0A { break }
      bytes[count] = byte
      count += 1
    }
    guard count > 0, count <= limit else {
      throw PinstripeError(.keys, "A passphrase has 1 to \(limit) bytes.")
    }
    return try SecretBytes(copying: bytes.span.extracting(first: count))
  }
}
