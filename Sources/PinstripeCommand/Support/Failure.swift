import ArgumentParser
import Glibc
import Pinstripe
import PinstripeKeys
import PinstripeProfiles

/// How a command that failed ends.
enum Failure {
  /// Says what went wrong, on standard error or as JSON, and ends the process.
  ///
  /// - Parameter parserExit: argument-parser's own ending, for help and for text about a wrong
  ///   command line.
  static func end(
    with error: any Error, json: Bool, parserExit: (any Error) -> Never
  ) -> Never {
    let failure = translated(error)
    guard let failure else {
      // Help and version are no failures; a wrong command line is one.
      let status = PinstripeTool.exitCode(for: error)
      if json, !status.isSuccess {
        let message = PinstripeTool.message(for: error)
        if !told(JSON.failure(code: "usage", message: message)) {
          Terminal.say("pinstripe: \(Terminal.printable(message))")
        }
        exit(ExitStatus.usage)
      }
      // The parser's own ending does not look whether anybody could read the help.
      if status.isSuccess {
        print(PinstripeTool.fullMessage(for: error))
        if fflush(nil) == 0 { exit(0) }
        Terminal.say(
          "pinstripe: Writing to standard output failed (\(String(cString: strerror(errno)))).")
        exit(ExitStatus.of(.noOutput))
      }
      parserExit(error)
    }
    let isTold = json && told(JSON.failure(code: failure.code.rawValue, message: failure.message))
    if !isTold {
      // A message may quote a track's metadata or a player, whose bytes are anybody's.
      Terminal.say("pinstripe: \(Terminal.printable(failure.message))")
    }
    exit(ExitStatus.of(failure.code))
  }

  /// Prints a line; false when nobody can read it.
  private static func told(_ line: String) -> Bool {
    print(line)
    return fflush(nil) == 0
  }

  private static func translated(_ error: any Error) -> PinstripeError? {
    switch error {
    case let error as PinstripeError: error
    case let error as KeyError: PinstripeError(error)
    case is CancellationError: PinstripeError(.cancelled, "Cancelled.")
    // argument-parser knows its own errors by their status; it gives every other this one.
    case _ where PinstripeTool.exitCode(for: error) == .failure:
      PinstripeError(.system, "An internal error; please report it: \(error).", underlying: error)
    default: nil
    }
  }
}
