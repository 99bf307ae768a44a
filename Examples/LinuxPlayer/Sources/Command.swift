/// What a line on the control socket, or a key, asks for.
enum Command {
  case play(Int?)
  case pause
  case toggle
  case next
  case previous
  case seek(SeekTarget)
  case volume(VolumeChange)
  case status
  case name(Int)
  case reload
  case quit
}

enum SeekTarget {
  case second(UInt32)
  case forward(UInt32)
  case back(UInt32)
}

enum VolumeChange {
  case to(UInt32)
  case up(UInt32)
  case down(UInt32)
}

/// A command, or what is wrong with a line.
enum ParsedLine {
  case command(Command)
  case error(StaticString)
}

extension ParsedLine {
  /// Reads a line without its end: a word, and for some of them a number.
  init(_ line: UnsafeBufferPointer<CChar>) {
    var wordEnd = 0
    while wordEnd < line.count, line[wordEnd] != 0x20 { wordEnd += 1 }
    let word = UnsafeBufferPointer(rebasing: line[..<wordEnd])
    let rest = UnsafeBufferPointer(rebasing: line[min(wordEnd + 1, line.count)...])
    if word.equals("play") {
      self = Self.play(rest)
    } else if word.equals("seek") {
      self = Self.seek(rest)
    } else if word.equals("volume") {
      self = Self.volume(rest)
    } else if word.equals("name") {
      let number = rest.decimal
      self = number.map { .command(.name(Int($0))) } ?? .error("name takes a track's number")
    } else if wordEnd < line.count {
      self = .error("unknown command, or one that takes nothing")
    } else {
      self = Self.single(word)
    }
  }

  private static func single(_ word: UnsafeBufferPointer<CChar>) -> ParsedLine {
    if word.equals("pause") { return .command(.pause) }
    if word.equals("toggle") { return .command(.toggle) }
    if word.equals("next") { return .command(.next) }
    if word.equals("previous") { return .command(.previous) }
    if word.equals("status") { return .command(.status) }
    if word.equals("reload") { return .command(.reload) }
    if word.equals("quit") { return .command(.quit) }
    return .error("unknown command, or one that takes something")
  }

  private static func play(_ rest: UnsafeBufferPointer<CChar>) -> ParsedLine {
    if rest.isEmpty { return .command(.play(nil)) }
    guard let number = rest.decimal else { return .error("play takes a track's number or nothing") }
    return .command(.play(Int(number)))
  }

  private static func seek(_ rest: UnsafeBufferPointer<CChar>) -> ParsedLine {
    let (sign, number) = signed(rest)
    guard let number else { return .error("seek takes SECONDS, +SECONDS or -SECONDS") }
    switch sign {
    case 1: return .command(.seek(.forward(number)))
    case -1: return .command(.seek(.back(number)))
    default: return .command(.seek(.second(number)))
    }
  }

  private static func volume(_ rest: UnsafeBufferPointer<CChar>) -> ParsedLine {
    let (sign, number) = signed(rest)
    guard let number, number <= 100 else { return .error("volume takes 0 to 100, +STEP or -STEP") }
    switch sign {
    case 1: return .command(.volume(.up(number)))
    case -1: return .command(.volume(.down(number)))
    default: return .command(.volume(.to(number)))
    }
  }

  private static func signed(_ text: UnsafeBufferPointer<CChar>) -> (Int, UInt32?) {
    guard let first = text.first, first == 0x2B || first == 0x2D else { return (0, text.decimal) }
    return (first == 0x2B ? 1 : -1, UnsafeBufferPointer(rebasing: text[1...]).decimal)
  }
}

extension UnsafeBufferPointer<CChar> {
  fileprivate func equals(_ word: StaticString) -> Bool {
    guard count == word.utf8CodeUnitCount else { return false }
    for index in 0..<count where UInt8(bitPattern: self[index]) != word.utf8Start[index] {
      return false
    }
    return true
  }
}
