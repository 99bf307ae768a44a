import Glibc
import PinstripeProfile
import Synchronization
import TestTools
import Testing

@testable import Pinstripe
@testable import PinstripeFiles

/// A mounted player whose storage does not do what it should while a track is written.
struct VolumeStorageTests {
  let library: Library
  let volume: VolumeTransport

  init() throws {
    library = try Library()
    mkdir(library.folder("card"), 0o755)
    volume = try VolumeTransport(root: library.folder("card"), profile: .careful)
  }

  private var names: [String] { TemporaryFolder.names(in: library.folder("card/Music")) }

  private func put(
    _ stream: any ByteStream, _ name: String = "a.mp3", replacing: Bool = false
  ) async -> PinstripeError? {
    do {
      try await volume.put(stream, named: name, replacing: replacing, progress: nil)
      return nil
    } catch {
      return error
    }
  }

  // Regression: exit status 73 rather than 74, and it ended a sync.
  @Test(arguments: [ENOSPC, EDQUOT], ["make", "write", "flush", "replace"])
  func aPlayerThatFillsUpIsSaidToBeFull(_ code: Int32, _ operation: String) async throws {
    let error = await SystemFile.$fault.withValue({ tried, _ in
      tried == operation ? SystemFile.Fault(code: code, tears: true) : nil
    }) {
      await put(ClearStream(MemorySource([1, 2, 3])))
    }
    #expect(error?.code == .playerFull)
    let sentence =
      "\(library.folder("card")) became full before all of \"a.mp3\" was stored; "
      + "remove something first."
    #expect(error?.message == sentence)
    #expect((error?.underlying as? FileError)?.code == code)
    #expect(names == [])
  }

  @Test func aSyncGoesOnWithWhatFits() async throws {
    let tracks = Mutex(0)
    let summary = try await SystemFile.$fault.withValue({ operation, path in
      // Only the card's files have no paths of their own, and only tracks lie on it.
      guard operation == "write", path == "." else { return nil }
      let track = tracks.withLock { tracks in
        tracks += 1
        return tracks
      }
      return track == 2 ? SystemFile.Fault(code: ENOSPC, tears: true) : nil
    }) {
      try await library.sync(with: volume, isProtected: false)
    }
    #expect(summary.failures.map(\.error.code) == [.playerFull])
    #expect(summary.added == 2)
    let next = try await library.sync(with: volume, isProtected: false)
    #expect(next.failures.isEmpty && next.added == 1 && next.kept == 2)
  }

  /// The computer's own disk, which a long track's frame map may go to.
  @Test func aComputerThatIsFullIsAnotherMatter() async throws {
    final class Spilling: ByteStream {
      let length: UInt64? = 100
      func read(into buffer: UnsafeMutableRawBufferPointer) throws(PinstripeError) -> Int {
        throw PinstripeError(
          writing: FileError(code: ENOSPC, operation: "write", path: "a temporary file"))
      }
    }
    let error = await put(Spilling())
    #expect(error?.code == .noOutput)
    #expect(error?.message.contains("a temporary file") == true)
    #expect(names == [])
  }
}
