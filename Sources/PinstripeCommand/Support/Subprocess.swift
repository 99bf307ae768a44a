import Glibc
import Pinstripe

/// Another program, run to its end, or interrupted when we are; its standard output is ours.
enum Subprocess {
  struct Outcome {
    /// The exit status, 128 and the signal's number, or 127 when there is no such program.
    var status: Int32
    /// The last line on standard error.
    var lastLine = ""
  }

  /// The path of the running program; empty when the system does not tell.
  static func ownPath() -> String {
    guard let path = realpath("/proc/self/exe", nil) else { return "" }
    defer { free(path) }
    return String(cString: path)
  }

  /// Runs a program.
  ///
  /// - Parameter said: Gets each line of its standard error but the last, in which a program that
  ///   fails gives its reason.
  static func run(
    _ path: String, _ arguments: [String], said: (String) -> Void
  ) throws(PinstripeError) -> Outcome {
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { throw failed("pipe") }
    defer { close(ends[0]) }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    var child = pid_t()
    let error = spawn(path, arguments, errorEnd: ends[1], &child)
    close(ends[1])
    if error == ENOENT { return Outcome(status: 127) }
    guard error == 0 else { throw failed("posix_spawn of \(path)", error) }
    let group = child
    let lastLine = Interruption.meanwhile({ kill(-group, SIGINT) }) { lines(from: ends[0], said) }
    var status: Int32 = 0
    while waitpid(child, &status, 0) < 0, errno == EINTR {}
    // <sys/wait.h>: the low seven bits are the signal, the next byte is the exit status.
    let signal = status & 0x7F
    return Outcome(status: signal == 0 ? status >> 8 & 0xFF : 128 + signal, lastLine: lastLine)
  }

  private static func spawn(
    _ path: String, _ arguments: [String], errorEnd: Int32, _ child: inout pid_t
  ) -> Int32 {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_adddup2(&actions, errorEnd, STDERR_FILENO)
    // Signals that the tool ignores would stay ignored. It gets a process group, with the programs
    // that it starts, so that all of them are told to stop, and once: the terminal tells ours only.
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var defaults = sigset_t()
    sigemptyset(&defaults)
    sigaddset(&defaults, SIGPIPE)
    sigaddset(&defaults, SIGXFSZ)
    posix_spawnattr_setsigdefault(&attributes, &defaults)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP))
    var words = ([path] + arguments).map { strdup($0) }
    words.append(nil)
    defer { for word in words { free(word) } }
    return posix_spawn(&child, path, &actions, &attributes, words, environ)
  }

  /// Passes lines on until the other end is closed; the last one is returned instead.
  private static func lines(from descriptor: Int32, _ said: (String) -> Void) -> String {
    var buffer = [UInt8](repeating: 0, count: 4096)
    var line: [UInt8] = []
    var last = ""
    while true {
      let count = read(descriptor, &buffer, buffer.count)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { break }
      for byte in buffer[..<count] {
        // What never ends is no line.
        if byte != UInt8(ascii: "\n"), line.count < 65536 {
          line.append(byte)
          continue
        }
        if !last.isEmpty { said(last) }
        last = Terminal.printable(String(decoding: line, as: UTF8.self))
        line = []
      }
    }
    return line.isEmpty ? last : Terminal.printable(String(decoding: line, as: UTF8.self))
  }

  private static func failed(_ call: String, _ number: Int32 = errno) -> PinstripeError {
    PinstripeError(.system, "\(call) failed (\(String(cString: strerror(number)))).")
  }
}
