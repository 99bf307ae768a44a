import PinstripeProfile
import TestTools
import Testing

@testable import PinstripeProfiles

/// The ids against databases of others, as Debian ships them.
///
/// Tests/run.sh installs libmtp-common and media-player-info; where they are not, this is skipped.
struct ProfileSourcesTests {
  /// libmtp's list of MTP devices.
  private static let hwdb = ["/lib/udev", "/usr/lib/udev"].map { $0 + "/hwdb.d/69-libmtp.hwdb" }
  /// One file a player.
  private static let players = "/usr/share/media-player-info"

  /// MTP ids that libmtp does not know, each with the reason.
  private static let unknownToLibmtp = [
    "1d6b:0100": "the Linux Foundation's, which any gadget may have"
  ]

  /// MTP ids that media-player-info has as disks, each with the reason.
  private static let disksOfMediaPlayerInfo = [
    "04e8:508a": "the player's one id, which is MTP's: its log in libmtp is of these",
    "04e8:5121": "as 04e8:508a",
    "0781:74d0": "one file has the ids of both modes, and one protocol for all of them",
    "0781:74e0": "as 0781:74d0",
    "054c:0325": "the Walkman is MTP and a disk at once, under one id",
    "054c:03fe": "as 054c:0325", "054c:04cb": "as 054c:0325", "054c:05a8": "as 054c:0325",
  ]

  private static func modes(_ usbProtocol: USBProtocol) throws -> Set<String> {
    let all = try ProfileRegistry.builtIn().profiles.flatMap(\.modes)
    return Set(all.filter { $0.usbProtocol == usbProtocol }.map(\.ids))
  }

  @Test func idsAgreeWithLibmtp() throws {
    guard let text = Self.hwdb.lazy.compactMap({ TestFile.read($0) }).first else {
      print("skipped: libmtp-common is not installed, and has 69-libmtp.hwdb")
      return
    }
    var known: Set<String> = []
    // usb:v041Ep411E*
    for line in String(decoding: text, as: UTF8.self).split(separator: "\n") {
      let parts = line.split(whereSeparator: { "vp*".contains($0) }).map { $0.lowercased() }
      if line.hasPrefix("usb:v"), parts.count == 3 { known.insert("\(parts[1]):\(parts[2])") }
    }
    #expect(known.count > 1000)
    let unknown = try Self.modes(.mtp).subtracting(known)
    #expect(unknown == Set(Self.unknownToLibmtp.keys), "a disagreement needs its reason")
    #expect(
      try Self.modes(.massStorage).intersection(known) == [], "what libmtp knows speaks MTP")
  }

  /// A file of media-player-info.
  private struct Player {
    let isDisk: Bool
    let ids: [String]
    let formats: Set<String>
    let readsM3U: Bool

    init(_ text: String) {
      let lines = text.split(separator: "\n")
      func values(_ key: String) -> [Substring] {
        lines.filter { $0.hasPrefix(key) }
          .flatMap { $0.dropFirst(key.count).split(separator: ";") }
      }
      isDisk = lines.contains { $0.hasPrefix("AccessProtocol=storage") }
      ids = values("DeviceMatch=").map { ids in
        (ids.hasPrefix("usb:") ? ids.dropFirst(4) : ids).lowercased()
      }
      formats = Set(values("OutputFormats=").map(String.init))
      readsM3U = values("Formats=").contains("audio/x-mpegurl")
    }
  }

  /// Nil, with a word about it, where they are not installed.
  private static func playersOfMediaPlayerInfo() -> [Player]? {
    let files = TemporaryFolder.names(in: players).filter { $0.hasSuffix(".mpi") }
    guard !files.isEmpty else {
      print("skipped: media-player-info is not installed")
      return nil
    }
    return files.map { file in
      Player(String(decoding: TestFile.read("\(players)/\(file)") ?? [], as: UTF8.self))
    }
  }

  @Test func idsAgreeWithMediaPlayerInfo() throws {
    guard let players = Self.playersOfMediaPlayerInfo() else { return }
    let disks = Set(players.filter(\.isDisk).flatMap(\.ids))
    let others = Set(players.filter { !$0.isDisk }.flatMap(\.ids))
    let massStorage = try Self.modes(.massStorage)
    #expect(massStorage.subtracting(disks) == [], "each of these has its file there")
    let disagreement = try Self.modes(.mtp).intersection(disks)
    #expect(disagreement == Set(Self.disksOfMediaPlayerInfo.keys))
    #expect(massStorage.intersection(others.subtracting(disks)) == [])
  }

  /// What media-player-info calls the formats that profiles know.
  private static let formats: [String: AudioFormat] = [
    "audio/mpeg": .mp3, "audio/mp3": .mp3, "audio/x-wav": .wav, "audio/x-ms-wma": .wma,
    "application/ogg": .ogg, "audio/ogg": .ogg, "audio/flac": .flac, "audio/aac": .aac,
    "audio/mp4": .mp4, "audio/audible": .audible, "audio/x-pn-audibleaudio": .audible,
    "audio/x-monkeys-audio": .ape,
  ]

  /// Formats that a player plays as a disk, but not by its profile, each with the reason.
  private static let formatsNotInProfiles: [String: String] = [:]

  /// A firmware cannot be asked on a disk, so that what it might play is not refused there.
  @Test func aDiskPlaysWhatMediaPlayerInfoSays() throws {
    guard let players = Self.playersOfMediaPlayerInfo() else { return }
    var held = 0
    var missing: Set<String> = []
    for profile in try ProfileRegistry.builtIn().profiles {
      guard let known = profile.formats else { continue }
      for mode in profile.modes where mode.usbProtocol == .massStorage {
        let theirs = players.filter { $0.isDisk && $0.ids.contains(mode.ids) }.flatMap(\.formats)
        for name in theirs where name.hasPrefix("audio/") || name == "application/ogg" {
          held += 1
          guard let format = Self.formats[name], known[format] != nil else {
            missing.insert("\(profile.id) \(name)")
            continue
          }
        }
      }
    }
    #expect(missing == Set(Self.formatsNotInProfiles.keys), "a disagreement needs its reason")
    #expect(held > 50)
  }

  /// A folder for playlists says nothing of what they are.
  @Test func aDiskReadsTheListsThatMediaPlayerInfoSays() throws {
    guard let players = Self.playersOfMediaPlayerInfo() else { return }
    var held = 0
    for profile in try ProfileRegistry.builtIn().profiles {
      guard profile.playlists[.massStorage]?.kind == .m3u else { continue }
      for mode in profile.modes where mode.usbProtocol == .massStorage {
        held += 1
        #expect(
          players.contains { $0.isDisk && $0.ids.contains(mode.ids) && $0.readsM3U },
          "\(profile.id)")
      }
    }
    #expect(held > 10)
  }
}
