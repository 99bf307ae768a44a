import Glibc
import Pinstripe
import PinstripeMTP

/// Prints what the player reports on its interrupt endpoint, one event a line, and behind each how many
/// tracks there are then.
///
/// Somebody has to wait for the next event at any time: umtp-responder answers nothing else until its
/// event was fetched.
@main
struct LabWatcher {
  /// Nothing is reported for longer than this in the tests.
  private static let patience = Duration.seconds(20)

  static func main() async {
    do {
      let finder = try PlayerFinder()
      let transport = try await finder.open(try await finder.player(id: nil))
      say("ready, \(try await transport.list().count) tracks")
      let (events, sink) = AsyncThrowingStream<Event, any Error>.makeStream()
      let session = transport.session
      let watching = Task {
        do {
          while let event = try await session.event(timeout: patience) { sink.yield(event) }
          sink.finish()
        } catch {
          sink.finish(throwing: error)
        }
      }
      for try await event in events {
        say("\(event.code), \(try await transport.list().count) tracks")
      }
      await watching.value
      await transport.close()
      say("nothing for \(patience)")
    } catch {
      say("ended: \(error)")
    }
  }

  private static func say(_ line: String) {
    print(line)
    fflush(nil)
  }
}
