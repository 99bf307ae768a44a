import Glibc
import PinstripeTestSupport
import TestTools
import Testing

@testable import Pinstripe

/// Large files in which TagLib would search for minutes for what is not there.
struct TagLibSearchTests {
  /// 64 GiB of nothing: TagLib would take some twenty minutes for each search.
  @Test(
    .timeLimit(.minutes(1)), arguments: ["mp3", "mp2", "aac", "ogg", "oga", "opus", "spx", "flac"])
  func aFileOfZerosIsNotSearched(_ ending: String) throws {
    let folder = TemporaryFolder()
    let path = folder("zeros.\(ending)")
    TestFile.makeSparse(path, size: 64 << 30)
    #expect(TrackProperties(path: path) == nil)
    #expect(SoundRates(path: path) == SoundRates())
  }

  /// It begins as it should, and has no end.
  @Test(.timeLimit(.minutes(1)))
  func noLastFrameIsLookedFor() throws {
    let folder = TemporaryFolder()
    TestFile.write(try tune(), to: folder("broken.mp3"))
    try #require(truncate(folder("broken.mp3"), 64 << 30) == 0)
    #expect(TrackProperties(path: folder("broken.mp3")) == nil)
  }

  /// What is as it should be is read, however large.
  @Test func aLongRecordingIsRead() throws {
    let folder = TemporaryFolder()
    let tune = try tune()
    TestFile.write(tune, to: folder("once.mp3"))
    let times = (17 << 20) / tune.count + 1
    TestFile.write(repeatElement(tune, count: times).joined(), to: folder("long.mp3"))
    let once = try #require(TrackProperties(path: folder("once.mp3")))
    let long = try #require(TrackProperties(path: folder("long.mp3")))
    #expect(long.title == once.title)
    #expect(long.duration != nil)
    #expect(SoundRates(path: folder("long.mp3")).sampleRate == 44_100)
  }

  private func tune() throws -> [UInt8] {
    try #require(TestFile.read(Repository.root + "/Examples/Media/idle_tune.mp3"))
  }
}
