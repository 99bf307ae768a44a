import Glibc
import Pinstripe
import PinstripeMTP

/// Does the same with any player, case by case, and prints "ok", "FAIL" or "skip" and the case, each on a
/// line; what a player cannot is skipped, for the reason that the table gives.
///
/// ```
/// LabCases TABLE PLAYER [--process NAME | --large]
///   TABLE      capabilities.txt
///   PLAYER     its name there; the only player that is plugged in is meant
///   --process  the player's process, which is stopped for a moment where it shall not answer
///   --large    only an object of more than 4 GiB, on a player that keeps sizes only
/// ```
@main
struct LabCases {
  static func main() async {
    let arguments = Array(CommandLine.arguments.dropFirst())
    guard (2...4).contains(arguments.count), let table = Table(path: arguments[0]) else {
      print("FAIL  LabCases knows what it shall do: \(arguments)")
      exit(64)
    }
    let suite = Suite(
      abilities: table.abilities(of: arguments[1]), process: arguments.dropFirst(3).first)
    do {
      if arguments.last == "--large" { try await suite.large() } else { try await suite.run() }
    } catch {
      print("FAIL  the cases came to their end: \(error)")
      exit(1)
    }
  }
}

/// What the cases share.
struct Suite {
  let abilities: [String: Ability]
  let process: String?

  func run() async throws {
    try await withRig { rig in
      compareWithTable(rig)
      try await sizes(rig)
      try await features(rig)
    }
    try await cancels()
  }

  /// Opens the player, with its profile's rules or others.
  func withRig<Result>(
    _ change: (inout AttachedPlayer) -> Void = { _ in }, _ body: (Rig) async throws -> Result
  ) async throws -> Result {
    let finder = try PlayerFinder()
    var player = try await finder.player(id: nil)
    change(&player)
    let transport = try await finder.open(player)
    let rig = try await Rig(transport.session)
    let result = try await body(rig)
    await transport.close()
    return result
  }

  /// Runs a case, or says why not.
  func check(_ name: String, needs: [String] = [], _ body: () async throws -> Bool) async {
    for need in needs {
      guard let ability = abilities[need] else { return report("FAIL", "the table has \(need)") }
      if let reason = ability.reason { return report("skip", "\(name): \(reason)") }
    }
    do {
      report(try await body() ? "ok" : "FAIL", name)
    } catch {
      report("FAIL", "\(name): \(error)")
    }
  }

  func report(_ word: String, _ text: String) {
    print(word + String(repeating: " ", count: 6 - word.count) + text)
    fflush(nil)
  }
}
