import CSystem

/// The control socket and those who are connected to it.
///
/// Whatever they send is judged within fixed memory: lines of at most 128 bytes, four clients at a
/// time. One that sends longer lines, or does not take its answers, is let go.
struct ControlSocket {
  static var mostClients: Int { 4 }

  private let path: UnsafePointer<CChar>
  private let listener: Int32
  private var clients = InlineArray<4, ControlClient>(repeating: ControlClient())

  /// Listens; nil after a sentence on stderr.
  init?(_ path: UnsafePointer<CChar>) {
    let listener = system_listen(path)
    guard listener >= 0 else {
      if system_error() == EADDRINUSE {
        say("error: ", path, " is another player's control socket, or no socket; name another.\n")
      } else {
        say("error: the control socket ", path, " cannot be made: ")
        say("", strerror(system_error()), "; check its folder.\n")
      }
      return nil
    }
    self.path = path
    self.listener = listener
  }

  /// What to wait for, from an index on; returns the index behind.
  func wait(_ set: inout InlineArray<8, pollfd>, from start: Int) -> Int {
    var index = start
    set[index] = pollfd(fd: listener, events: Int16(POLLIN), revents: 0)
    index += 1
    for number in 0..<Self.mostClients where clients[number].descriptor >= 0 {
      set[index] = pollfd(fd: clients[number].descriptor, events: Int16(POLLIN), revents: 0)
      index += 1
    }
    return index
  }

  /// Takes in what came; each whole line goes to `body`, which puts the answer together.
  mutating func serve(_ body: (ParsedLine) -> Text) {
    // A few at a time: who connects again and again is not to keep the player from playing.
    for _ in 0..<8 {
      let descriptor = system_accept(listener)
      guard descriptor >= 0 else { break }
      admit(descriptor)
    }
    for number in 0..<Self.mostClients where clients[number].descriptor >= 0 {
      clients[number].serve(body)
    }
  }

  private mutating func admit(_ descriptor: Int32) {
    for number in 0..<Self.mostClients where clients[number].descriptor < 0 {
      clients[number] = ControlClient()
      clients[number].descriptor = descriptor
      return
    }
    var answer = Text()
    answer.add("error: four clients are connected already\n")
    _ = answer.bytes.span.withUnsafeBufferPointer {
      system_send(descriptor, $0.baseAddress, $0.count)
    }
    close(descriptor)
  }

  /// Takes the socket away; in this order, or it could be the next player's that is unlinked.
  func remove() {
    unlink(path)
    close(listener)
  }
}

/// One who is connected, and the part of a line that came.
private struct ControlClient {
  static var longestLine: Int { 128 }

  var descriptor: Int32 = -1
  private var line = InlineArray<128, CChar>(repeating: 0)
  private var count = 0

  mutating func serve(_ body: (ParsedLine) -> Text) {
    var room = InlineArray<128, UInt8>(repeating: 0)
    // As much as a few lines at a time: one client is not to keep the player from playing.
    for _ in 0..<8 {
      var bytes = room.mutableSpan
      let got = bytes.withUnsafeMutableBufferPointer {
        system_receive(descriptor, $0.baseAddress, $0.count)
      }
      if got < 0 { return }
      if got == 0 { return leave() }
      for index in 0..<Int(got) {
        guard take(room[index], body) else { return leave() }
      }
    }
  }

  /// Takes a byte; false when the client is to be let go.
  private mutating func take(_ byte: UInt8, _ body: (ParsedLine) -> Text) -> Bool {
    if byte != 0x0A {
      guard count < Self.longestLine else {
        var answer = Text()
        answer.add("error: a line has at most 128 bytes\n")
        _ = send(answer)
        return false
      }
      line[count] = CChar(bitPattern: byte)
      count += 1
      return true
    }
    // What Telnet's kind sends.
    if count > 0, line[count - 1] == 0x0D { count -= 1 }
    let length = count
    count = 0
    let answer = line.span.withUnsafeBufferPointer { line in
      body(ParsedLine(UnsafeBufferPointer(rebasing: line[..<length])))
    }
    return send(answer)
  }

  private func send(_ answer: Text) -> Bool {
    answer.bytes.span.withUnsafeBufferPointer {
      system_send(descriptor, $0.baseAddress, $0.count) != 0
    }
  }

  private mutating func leave() {
    close(descriptor)
    descriptor = -1
  }
}
