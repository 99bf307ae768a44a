import PinstripeCore
import Synchronization
import Testing

@testable import Pinstripe

/// What is read before anything is sent can be cancelled, too.
struct SurveyCancelTests {
  /// A source of 64 GiB whose third read is when its task is cancelled.
  private final class Cancelling: MediaSource, Sendable {
    let name = "long.mp3"
    let length: UInt64? = 1 << 36
    private let count = Mutex(0)
    var reads: Int { count.withLock { $0 } }

    func read(
      at offset: UInt64, into buffer: UnsafeMutableRawBufferPointer
    ) throws(PinstripeError) -> Int {
      let number = count.withLock { count in
        count += 1
        return count
      }
      if number == 3 { withUnsafeCurrentTask { $0?.cancel() } }
      if number > 100 { throw PinstripeError(.noInput, "long.mp3 is read to its end.") }
      return buffer.count
    }
  }

  @Test func theSearchForFramesAndTheDigest() async throws {
    let bench = try Bench()
    let source = Cancelling()
    var recipe = TrackRecipe(pattern: .classic, suite: .chacha20, recipients: [bench.key])
    recipe.computesDigest = true
    let task = Task { [recipe] in
      _ = try TrackStream(source, recipe: recipe).survey(withDigest: true)
    }
    let error = await #expect(throws: PinstripeError.self) { try await task.value }
    #expect(error?.code == .cancelled)
    #expect(source.reads < 10)
  }
}
