import ArgumentParser

/// Options of every command.
struct CommonOptions: ParsableArguments {
  @Flag(name: .long, help: "Print one JSON object on standard output, errors too.")
  var json = false

  /// Prints a result: the object with `--json`, else the text.
  func show(_ object: JSON, _ text: @autoclosure () -> String) {
    print(json ? object.line : text())
  }
}
