public import Glibc

/// A program that a test runs.
public struct Program: Sendable {
  /// Where it is.
  public var path: String
  /// Variables of its environment; nothing is inherited but PATH.
  public var environment: [String: String] = [:]
  /// How long it may take before it is killed.
  public var limit = Duration.seconds(60)

  /// Creates a program.
  public init(_ path: String) {
    self.path = path
  }

  /// How a program ended, and what it wrote.
  public struct Outcome: Sendable {
    /// Its exit status; nil when a signal ended it.
    public var status: Int32?
    /// The signal that ended it; nil when it ended by itself.
    public var signal: Int32?
    /// What it wrote to standard output.
    public var output: [UInt8]
    /// What it wrote to standard error.
    public var errors: String
    /// The most memory it had, in KiB (VmHWM, proc(5)), looked at every few milliseconds.
    public var peakMemory: Int

    /// The output as text.
    public var text: String { String(decoding: output, as: UTF8.self) }
  }

  /// Runs it to its end.
  ///
  /// - Parameters:
  ///   - input: The file that is its standard input.
  ///   - output: The file that is its standard output; what goes there is not in the outcome.
  public func run(
    _ arguments: [String], input: String = "/dev/null", output: String? = nil
  ) async throws -> Outcome {
    let running = try start(arguments, input: input, output: output)
    return await running.end()
  }

  /// Runs it to its end with bytes on its standard input.
  public func run(_ arguments: [String], input: [UInt8]) async throws -> Outcome {
    let folder = TemporaryFolder()
    TestFile.write(input, to: folder("input"))
    return try await run(arguments, input: folder("input"))
  }

  /// Starts it.
  public func start(
    _ arguments: [String], input: String = "/dev/null", output: String? = nil
  ) throws -> Running {
    let folder = TemporaryFolder()
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, input, O_RDONLY, 0)
    let created = O_WRONLY | O_CREAT
    posix_spawn_file_actions_addopen(&actions, 1, output ?? folder("output"), created, 0o600)
    posix_spawn_file_actions_addopen(&actions, 2, folder("errors"), created, 0o600)

    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    // A test runner may ignore signals or block them; programs that people start have neither.
    var signals = sigset_t()
    sigemptyset(&signals)
    posix_spawnattr_setsigmask(&attributes, &signals)
    sigfillset(&signals)
    posix_spawnattr_setsigdefault(&attributes, &signals)
    posix_spawnattr_setflags(
      &attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))

    var variables = environment
    variables["PATH"] = variables["PATH"] ?? getenv("PATH").map { String(cString: $0) }
    var process: pid_t = 0
    let code = Self.withStrings([path] + arguments) { words in
      Self.withStrings(variables.map { "\($0)=\($1)" }) { variables in
        posix_spawnp(&process, path, &actions, &attributes, words, variables)
      }
    }
    guard code == 0 else { throw StartFailure(program: path, code: code) }
    return Running(process: process, folder: folder, limit: limit, hasOutput: output == nil)
  }

  /// Why a program could not be started.
  public struct StartFailure: Error {
    /// Its path.
    public let program: String
    /// The system's error number.
    public let code: Int32
  }

  private static func withStrings<Result>(
    _ strings: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
  ) -> Result {
    let copies = strings.map { strdup($0) }
    defer { for copy in copies { free(copy) } }
    return body(copies + [nil])
  }
}

/// A program that was started.
public struct Running: Sendable {
  /// Its process number.
  public let process: pid_t
  let folder: TemporaryFolder
  let limit: Duration
  let hasOutput: Bool
  private static let pause = Duration.milliseconds(5)

  /// Sends it a signal.
  public func send(_ signal: Int32) {
    kill(process, signal)
  }

  /// Waits until it handles a signal, which tells that it is at work, and a moment more.
  public func isListening(to signal: Int32) async throws {
    let deadline = ContinuousClock.now.advanced(by: limit)
    while ContinuousClock.now < deadline {
      let caught = Self.field("SigCgt:", of: process).flatMap { UInt64($0, radix: 16) } ?? 0
      if caught & 1 << UInt64(signal - 1) != 0 { break }
      try await Task.sleep(for: Self.pause)
    }
    try await Task.sleep(for: .milliseconds(200))
  }

  /// Waits for its end.
  public func end() async -> Program.Outcome {
    let deadline = ContinuousClock.now.advanced(by: limit)
    var peak = 0
    var status: Int32 = 0
    while true {
      peak = max(peak, Self.memory(of: process))
      if waitpid(process, &status, WNOHANG) == process { break }
      if ContinuousClock.now > deadline { kill(process, SIGKILL) }
      // Cancelled tests wait too: the process would outlive them.
      try? await Task.sleep(for: Self.pause)
    }
    let signal = status & 0x7F
    return Program.Outcome(
      status: signal == 0 ? (status >> 8) & 0xFF : nil, signal: signal == 0 ? nil : signal,
      output: hasOutput ? TestFile.read(folder("output")) ?? [] : [],
      errors: String(decoding: TestFile.read(folder("errors")) ?? [], as: UTF8.self),
      peakMemory: peak)
  }

  /// VmHWM of /proc/PID/status in KiB; 0 when the process has ended.
  private static func memory(of process: pid_t) -> Int {
    field("VmHWM:", of: process).flatMap { Int($0) } ?? 0
  }

  /// The first word of a line of /proc/PID/status.
  private static func field(_ name: String, of process: pid_t) -> Substring? {
    let text = String(decoding: TestFile.read("/proc/\(process)/status") ?? [], as: UTF8.self)
    let line = text.split(separator: "\n").first { $0.hasPrefix(name) }
    return line?.split(whereSeparator: { $0 == " " || $0 == "\t" }).dropFirst().first
  }
}
