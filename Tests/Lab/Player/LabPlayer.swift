import Glibc
import PinstripeFiles
import PinstripeProfile
import PinstripeProfiles
import PinstripeTestSupport

/// The player of `PinstripeTestSupport` over FunctionFS.
///
/// ```
/// LabPlayer FOLDER [--packet BYTES] [--read BYTES] [--pause MICROSECONDS] [--objects COUNT] [--discard]
///           [--malice NAME] [--from COMMAND] [--profile FILE] [--save FOLDER]
///   FOLDER      where functionfs is mounted
///   --packet    wMaxPacketSize of the speed that it will have: 512 or 1024
///   --read      the most bytes in one read: 524288 by default
///   --pause     sleeps before each read
///   --objects   so many objects are on it from the start
///   --discard   uploads keep their size only
///   --malice    what is wrong with its answers: HostilePlayer.Malice
///   --from      the command from which on: 1 by default
///   --profile   what it is, as 'pinstripe profiles show' prints it; a careful player by default
///   --save      what is on it is written to that folder when it is told to end (SIGTERM)
/// ```
@main
struct LabPlayer {
  static func main() {
    do {
      try play(Array(CommandLine.arguments.dropFirst()))
    } catch {
      Worker.say("LabPlayer: \(error)")
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
    var profile = DeviceProfile.careful
    var saved: String?
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
      guard let text = rest.popFirst() else { throw Failure("\(option) wants a value") }
      if option == "--profile" {
        profile = try Self.profile(at: text)
        continue
      }
      if option == "--save" {
        saved = text
        continue
      }
      guard let value = Int(text), value >= 0 else { throw Failure("\(option) wants a number") }
      switch option {
      case "--packet": packet = max(8, value)
      case "--read": read = max(1024, value - value % 1024)
      case "--pause": pause = UInt32(clamping: value)
      case "--objects": objects = value
      case "--from": first = value
      default: throw Failure("there is no option \(option)")
      }
    }
    let player = MemoryResponder(profile: profile, capacity: 64 << 30, habits: habits)
    for index in 0..<objects { player.add("track-\(index).mp3", content: .zeros(1 << 20)) }
    if let saved { SavedStorage.whenEnding(player, to: saved) }
    let end: any PlayerEnd = malice.map { HostilePlayer(player, $0, from: first) } ?? player
    try FunctionFSPlayer(
      end, folder: folder, packetSize: packet, readSize: read, pause: pause
    ).run()
  }

  private static func profile(at path: String) throws(Failure) -> DeviceProfile {
    do {
      let bytes = try SystemFile.contents(of: path, atMost: 1 << 20)
      return try DeviceProfile(reading: bytes, file: path)
    } catch {
      throw Failure("\(error)")
    }
  }
}
