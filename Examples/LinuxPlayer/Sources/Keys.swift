import CSystem

/// Keys pressed on the terminal, as commands.
struct Keys {
  /// Whether standard input is a terminal whose keys are ours.
  let areTaken: Bool
  // Arrow keys come as ESC [ and a letter.
  private var escape = 0

  init() {
    areTaken = system_take_keys() != 0
  }

  /// What was pressed since the last call, at most 16 keys.
  mutating func read() -> [Command] {
    var commands: [Command] = []
    var byte: UInt8 = 0
    for _ in 0..<16 {
      guard CSystem.read(0, &byte, 1) == 1 else { break }
      if let command = command(byte) { commands.append(command) }
    }
    return commands
  }

  private mutating func command(_ byte: UInt8) -> Command? {
    if byte == 0x1B {
      escape = 1
      return nil
    }
    if escape == 1, byte == 0x5B {
      escape = 2
      return nil
    }
    let isArrow = escape == 2
    escape = 0
    if isArrow {
      switch byte {
      case 0x43: return .seek(.forward(10))
      case 0x44: return .seek(.back(10))
      case 0x41: return .volume(.up(5))
      case 0x42: return .volume(.down(5))
      default: return nil
      }
    }
    switch byte {
    case 0x20: return .toggle
    case 0x6E: return .next
    case 0x70: return .previous
    case 0x2B: return .volume(.up(5))
    case 0x2D: return .volume(.down(5))
    case 0x71: return .quit
    default: return nil
    }
  }
}
