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

  // MARK: Two programs

  /// As on FAT, which has no files without names.
  @Sendable private static func withoutUnnamedFiles(
    _ operation: String, _ path: String
  ) -> SystemFile.Fault? {
    operation == "open" && path == "." ? SystemFile.Fault(code: EOPNOTSUPP) : nil
  }

  // Regression: the one that began later removed what the other was writing.
  @Test func whatAnotherProgramWritesIsNoLeftover() async throws {
    mkdir(library.folder("card/Music"), 0o755)
    TestFile.write([1], to: library.folder("card/Music/.pinstripe-killed.part"))
    try await SystemFile.$fault.withValue(Self.withoutUnnamedFiles) {
      let other = try TrackOutput("b.mp3", in: OpenFolder(library.folder("card/Music")))
      try other.write([1, 2, 3])
      #expect(try await volume.list(tidying: true) == [])
      #expect(await put(ClearStream(MemorySource([4]))) == nil)
      #expect(names.count == 2 && names.contains("a.mp3"))
      try other.commit()
    }
    #expect(names == ["a.mp3", "b.mp3"])
    #expect(TestFile.read(library.folder("card/Music/b.mp3")) == [1, 2, 3])
  }

  @Test func twoTransportsFillOneFolder() async throws {
    let folder = library.folder("card")
    let failures = await SystemFile.$fault.withValue(Self.withoutUnnamedFiles) {
      await withTaskGroup(of: PinstripeError?.self) { programs in
        for program in 1...2 {
          programs.addTask {
            do throws(PinstripeError) {
              let volume = try VolumeTransport(root: folder, profile: .careful)
              for number in 1...20 {
                let stream = ClearStream(MemorySource(Library.content(UInt8(number))))
                try await volume.put(
                  stream, named: "\(program)-\(number).mp3", replacing: false, progress: nil)
              }
              return nil
            } catch {
              return error
            }
          }
        }
        return await programs.reduce(into: []) { $0.append($1) }.compactMap(\.self)
      }
    }
    #expect(failures.map(\.message) == [])
    #expect(names.count == 40)
  }

  // MARK: Verification

  private static let content = TestFile.content(20_000)

  // Regression: a card that lost bytes had a track under its final name, and a replaced one was gone.
  @Test(arguments: [0, 4095, 15_904, 19_999, 20_000, -1], [true, false])
  func aTrackThatIsStoredOtherwiseGetsNoName(_ offset: Int, _ isLengthKnown: Bool) async throws {
    #expect(await put(ClearStream(MemorySource([7]))) == nil)
    let music = library.folder("card/Music")
    let error = await SystemFile.$fault.withValue({ operation, path in
      guard operation == "flush", path.hasSuffix(".part") else {
        return Self.withoutUnnamedFiles(operation, path)
      }
      Self.damage("\(music)/\(path)", at: offset)
      return nil
    }) {
      let length: UInt64? = isLengthKnown ? UInt64(Self.content.count) : nil
      let stream = ClearStream(MemorySource(Self.content, length: length))
      return await put(stream, replacing: true)
    }
    #expect(error?.code == .playerRefused)
    #expect(error?.message.contains("stored other bytes than were sent") == true)
    #expect(names == ["a.mp3"])
    #expect(TestFile.read(music + "/a.mp3") == [7])
    #expect(await put(ClearStream(MemorySource(Self.content)), replacing: true) == nil)
    #expect(TestFile.read(music + "/a.mp3") == Self.content)
  }

  /// Changes a byte, adds one at the end, or cuts one off.
  private static func damage(_ path: String, at offset: Int) {
    guard offset >= 0 else {
      truncate(path, off_t(content.count - 1))
      return
    }
    let file = Glibc.open(path, O_WRONLY)
    var byte: UInt8 = offset < content.count ? ~content[offset] : 0
    pwrite(file, &byte, 1, off_t(offset))
    close(file)
  }
}
