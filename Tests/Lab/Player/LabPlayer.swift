import Glibc
import PinstripeMTP
import PinstripeProfile
import PinstripeTestSupport

/// The player of `PinstripeTestSupport` over FunctionFS.
///
/// ```
/// LabPlayer FOLDER [--packet BYTES] [--read BYTES] [--pause MICROSECONDS] [--objects COUNT] [--discard]
///           [--malice NAME] [--from COMMAND]
///   FOLDER      where functionfs is mounted
///   --packet    wMaxPacketSize of the speed that it will have: 512 or 1024
///   --read      the most bytes in one read: 524288 by default
///   --pause     sleeps before each read
///   --objects   so many objects are on it from the start
///   --discard   uploads keep their size only
///   --malice    what is wrong with its answers: HostilePlayer.Malice
///   --from      the command from which on: 1 by default
/// ```
@main
struct LabPlayer {
  static func main() {
    do {
      try play(Array(CommandLine.arguments.dropFirst()))
    } catch {
      let line = "LabPlayer: \(error)\n"
      _ = line.withCString { write(STDERR_FILENO, $0, strlen($0)) }
      exit(1)
    }
  }

  private static func play(_ arguments: [String]) throws(Failure) {
    guard let folder = arguments.first else { throw Failure("no folder is named") }
    var (packet, read, pause, objects) = (512, 524_288, UInt32(0), 0)
    var habits: MemoryResponder.Habits = []
    var rest = arguments.dropFirst()
    var malice: HostilePlayer.Malice?
    var first = 1
    while let option = rest.popFirst() {
      if option == "--malice" {
        malice = rest.popFirst().flatMap(HostilePlayer.Malice.init)
        guard malice != nil else { throw Failure("there is no such malice") }
        continue
      }
      if option == "--discard" {
        habits.insert(.discardsContent)
        continue
      }
      guard let value = rest.popFirst().flatMap({ Int($0) }), value >= 0 else {
        throw Failure("\(option) wants a number")
      }
      switch option {
      case "--packet": packet = max(8, value)
      case "--read": read = max(1024, value - value % 1024)
      case "--pause": pause = UInt32(clamping: value)
      case "--objects": objects = value
      case "--from": first = value
      default: throw Failure("there is no option \(option)")
      }
    }
    let player = MemoryResponder(profile: .careful, capacity: 64 << 30, habits: habits)
    for index in 0..<objects { player.add("track-\(index).mp3", content: .zeros(1 << 20)) }
    let end: any PlayerEnd = malice.map { HostilePlayer(player, $0, from: first) } ?? player
    try FunctionFSPlayer(
      end, folder: folder, packetSize: packet, readSize: read, pause: pause
    ).run()
  }
}
