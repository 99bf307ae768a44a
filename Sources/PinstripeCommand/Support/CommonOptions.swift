import ArgumentParser
import Glibc
import Pinstripe
import PinstripeProfiles

/// Options of every command.
struct CommonOptions: ParsableArguments {
  @Flag(name: .long, help: "Print one JSON object on standard output, errors too.")
  var json = false

  /// Prints a result: the object with `--json`, else the text.
  ///
  /// - Throws: ``PinstripeError`` when standard output cannot be written to.
  func show(_ object: JSON, _ text: @autoclosure () -> String) throws(PinstripeError) {
    print(json ? object.line : text())
    guard fflush(nil) == 0 else {
      throw PinstripeError(
        .noOutput,
        "The work is done, but cannot be told: writing to standard output failed "
          + "(\(String(cString: strerror(errno)))).")
    }
  }
}
