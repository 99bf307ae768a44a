import Glibc
import Pinstripe

/// Times what Pinstripe does with a player, from within: transfers and listings, without the opening.
///
/// ```
/// upload heap|mapped plain|every10|framed|digest FILE   nanoseconds of SendObjectInfo and SendObject
/// download FILE                                         nanoseconds of GetObject, behind an upload
/// small COUNT FILE                                      nanoseconds a file; the files stay
/// put FILE                                              nanoseconds of the whole push, commit and all
/// list                                                  nanoseconds, and how many objects there were
/// parallel FILE                                         nanoseconds until all players have it
/// memory FILE                                           KiB: the most of its own memory that an upload took,
///                                                       and the most with the libraries' pages
/// ```
@main
struct TransferBenchmark {
  static func main() async {
    let arguments = CommandLine.arguments.dropFirst()
    do {
      print(try await run(Array(arguments)))
    } catch {
      let line = "transfer: \(error)\n"
      _ = line.withCString { write(STDERR_FILENO, $0, strlen($0)) }
      exit(1)
    }
  }

  private static func run(_ arguments: [String]) async throws -> String {
    switch (arguments.first ?? "", arguments.dropFirst().map(\.self)) {
    case ("upload", let rest) where rest.count == 3:
      let player = try await Player.only(usesDeviceMemory: rest[0] == "mapped")
      let time = try await player.upload(rest[2], as: rest[1])
      await player.close()
      return "\(time)"
    case ("memory", let rest) where rest.count == 1:
      let player = try await Player.only()
      let (own, all) = try await player.peakMemory(rest[0])
      await player.close()
      return "\(own) \(all)"
    case ("download", let rest) where rest.count == 1:
      let player = try await Player.only()
      let time = try await player.download(rest[0])
      await player.close()
      return "\(time)"
    case ("small", let rest) where rest.count == 2:
      let player = try await Player.only()
      let time = try await player.small(rest[1], count: Int(rest[0]) ?? 1)
      await player.close()
      return "\(time)"
    case ("put", let rest) where rest.count == 1:
      let player = try await Player.only()
      return "\(try await player.put(rest[0]))"
    case ("list", _):
      let player = try await Player.only()
      let (time, count) = try await player.list()
      await player.close()
      return "\(time) \(count)"
    case ("parallel", let rest) where rest.count == 1:
      return "\(try await parallel(rest[0]))"
    default: throw Usage()
    }
  }

  /// One file to all players at once; they may take different times.
  private static func parallel(_ file: String) async throws -> String {
    let players = try await Player.all()
    let start = ContinuousClock.now
    let times = try await withThrowingTaskGroup(of: (String, Int64).self) { group in
      for player in players {
        group.addTask {
          _ = try await player.upload(file, as: "plain")
          return (player.id, nanoseconds(since: start))
        }
      }
      var times: [(String, Int64)] = []
      for try await time in group { times.append(time) }
      return times.sorted { $0.0 < $1.0 }
    }
    let whole = nanoseconds(since: start)
    for player in players { await player.close() }
    return ([whole] + times.map(\.1)).map { "\($0)" }.joined(separator: " ")
  }

  private struct Usage: Error, CustomStringConvertible {
    let description = "wrong arguments; TransferBenchmark.swift lists them"
  }
}

/// Virtual time in the lab, whose clocks all go with the instructions.
func nanoseconds(since start: ContinuousClock.Instant) -> Int64 {
  let (seconds, attoseconds) = start.duration(to: .now).components
  return seconds * 1_000_000_000 + attoseconds / 1_000_000_000
}
