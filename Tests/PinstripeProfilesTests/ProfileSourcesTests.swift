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

  @Test func idsAgreeWithMediaPlayerInfo() throws {
    let files = TemporaryFolder.names(in: Self.players).filter { $0.hasSuffix(".mpi") }
    guard !files.isEmpty else {
      print("skipped: media-player-info is not installed")
      return
    }
    var disks: Set<String> = []
    var others: Set<String> = []
    for file in files {
      let text = String(
        decoding: TestFile.read("\(Self.players)/\(file)") ?? [], as: UTF8.self)
      let lines = text.split(separator: "\n")
      let isDisk = lines.contains { $0.hasPrefix("AccessProtocol=storage") }
      for line in lines where line.hasPrefix("DeviceMatch=") {
        for match in line.dropFirst("DeviceMatch=".count).split(separator: ";") {
          let ids = match.hasPrefix("usb:") ? match.dropFirst(4) : match
          if isDisk { disks.insert(ids.lowercased()) } else { others.insert(ids.lowercased()) }
        }
      }
    }
    let massStorage = try Self.modes(.massStorage)
    #expect(massStorage.subtracting(disks) == [], "each of these has its file there")
    let disagreement = try Self.modes(.mtp).intersection(disks)
    #expect(disagreement == Set(Self.disksOfMediaPlayerInfo.keys))
    #expect(massStorage.intersection(others.subtracting(disks)) == [])
  }
}
