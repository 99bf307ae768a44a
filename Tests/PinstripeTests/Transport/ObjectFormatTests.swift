import Pinstripe
import PinstripeMTP
import PinstripeProfile
import PinstripeTestSupport
import TestTools
import Testing

/// What a player is told that a file is.
struct ObjectFormatTests {
  private func send(
    _ format: AudioFormat?, to player: Player
  ) async throws -> ObjectFormat? {
    let transport = try await player.connect()
    let stream = ClearStream(MemorySource([1, 2, 3]), format: format)
    try await transport.put(stream, named: "a", replacing: false, progress: nil)
    return player.responder.objects.first { $0.name == "a" }?.format
  }

  @Test(arguments: [
    (AudioFormat.mp3, ObjectFormat.mp3), (.wav, .wav), (.wma, .wma), (.ogg, .ogg), (.flac, .flac),
    (.aac, .aac),
    // The responder does not list these.
    (.audible, .undefined), (.aiff, .undefined), (.ape, .undefined),
  ])
  func aFileIsAnnouncedAsWhatItIs(_ format: AudioFormat, _ code: ObjectFormat) async throws {
    #expect(try await send(format, to: Player()) == code)
  }

  @Test func aTrackHasTheProfilesFormat() async throws {
    let player = Player { $0.storage.trackFormat = 0xB900 }
    #expect(try await send(nil, to: player) == .undefinedAudio)
  }

  /// A player that refuses the code: without the quirk the transfer fails, with it it works.
  @Test(arguments: [
    (AudioFormat.ogg, Quirk.sendOggAsUndefined), (.opus, .sendOggAsUndefined),
    (.flac, .sendFLACAsUndefined),
  ])
  func quirks(_ format: AudioFormat, _ quirk: Quirk) async throws {
    var player = Player(quirks: [quirk])
    #expect(try await send(format, to: player) == .undefined)
    player = Player(quirks: [quirk])
    player.profile.quirks = []
    await #expect(throws: PinstripeError.self) { try await send(format, to: player) }
    #expect(player.files.isEmpty)
  }

  @Test func sourcesAreLookedInto() async throws {
    func format(_ bytes: [UInt8], _ name: String) throws -> AudioFormat? {
      var source = MemorySource(bytes)
      source.name = name
      return try .of(source)
    }
    let noise = TestFile.content(5000)
    #expect(try format(Array("fLaC".utf8) + noise, "a.mp3") == .flac)
    #expect(try format(noise, "a.WMA") == .wma)
    #expect(try format(noise, "a.aax") == .audible)
    #expect(try format(noise, "mp3") == nil)
    let song = try #require(TestFile.read(Repository.root + "/Examples/Media/idle_tune.mp3"))
    #expect(try format(song, "a.wma") == .mp3)
    #expect(try AudioFormat.of(MemorySource(song, length: nil)) == nil)
  }
}
