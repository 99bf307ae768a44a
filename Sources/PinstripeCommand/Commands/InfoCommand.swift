import ArgumentParser
import Pinstripe
import PinstripeKeys
import PinstripeProfiles

/// The command `pinstripe info`.
struct InfoCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "info",
    abstract: "Show what a track is.",
    discussion: """
      Without a key for it, only what its header claims is shown, and none of that is verified.
      """)

  @OptionGroup var track: TrackOptions
  @OptionGroup var keys: KeyOptions
  @OptionGroup var common: CommonOptions

  func run() throws {
    let (file, description) = try track.examine(keys)
    let metadata = file?.metadata ?? TrackMetadata()
    try common.show(
      json(description, metadata, isVerified: file != nil),
      text(description, metadata, isVerified: file != nil))
  }

  private func json(
    _ track: TrackDescription, _ metadata: TrackMetadata, isVerified: Bool
  ) -> JSON {
    .object([
      ("verified", .bool(isVerified)), ("codec", .string(track.codec)),
      ("protected", .bool(track.stride > 0)), ("suite", .string(track.suite)),
      ("pattern", .string(track.pattern)), ("every", .number(UInt64(track.stride))),
      ("phase", .number(UInt64(track.phase))), ("head", .number(UInt64(track.head))),
      ("mapBytes", .optional(track.mapLength)),
      ("contentBytes", .optional(track.contentLength)),
      ("encryptedBytes", .optional(track.encryptedLength)),
      ("trackId", .string(track.trackID)), ("trailer", .bool(track.hasTrailer)),
      (
        "slots",
        .array(
          track.slots.map { slot in
            .object([
              ("recipient", .string(slot.recipient)),
              ("generation", .number(UInt64(slot.generation))), ("keyId", .string(slot.keyID)),
            ])
          })
      ),
      ("title", .optional(metadata.title)), ("artist", .optional(metadata.artist)),
      ("album", .optional(metadata.album)), ("source", .optional(metadata.sourceName)),
      ("sha256", .optional(metadata.contentDigest.map { Hexadecimal.string($0) })),
    ])
  }

  /// What the frame map takes; nil without one.
  private static func share(of track: TrackDescription) -> String? {
    guard let map = track.mapLength, map > 0, let content = track.contentLength else { return nil }
    let tenths = content == 0 ? 0 : (map * 1000 + content / 2) / content
    return "\(map) bytes, \(tenths / 10).\(tenths % 10) % of the content"
  }

  private func text(
    _ track: TrackDescription, _ metadata: TrackMetadata, isVerified: Bool
  ) -> String {
    let pattern: String =
      switch track.stride {
      case 0: "none: the track is not protected"
      case _ where track.pattern == "framed":
        "the first \(track.head) bytes of each frame and every \(track.stride)th behind, "
          + track.suite
      case 1: "every byte, \(track.suite)"
      default: "one byte of \(track.stride), from byte \(track.phase) on, \(track.suite)"
      }
    var rows: [(String, String?)] = [
      ("Title", metadata.title), ("Artist", metadata.artist), ("Album", metadata.album),
      ("Source", metadata.sourceName),
      ("SHA-256", metadata.contentDigest.map { Hexadecimal.string($0) }),
      ("Format", track.codec), ("Encryption", pattern),
      ("Content", track.contentLength.map { "\($0) bytes" } ?? "unknown: the track has a trailer"),
      ("Encrypted", track.encryptedLength.map { "\($0) bytes" }),
      ("Frame map", Self.share(of: track)), ("Track id", track.trackID),
    ]
    for slot in track.slots {
      rows.append(("For", "\(slot.recipient) key \(slot.keyID), generation \(slot.generation)"))
    }
    rows.append(
      ("Verified", isVerified ? "yes" : "no: there is no key for it here, so this may be false"))
    return rows.compactMap { name, value in
      value.map { "\(name):".padded(to: 12) + Terminal.printable($0) }
    }.joined(separator: "\n")
  }
}

extension String {
  /// The text with spaces behind it, for columns.
  func padded(to width: Int) -> String {
    self + String(repeating: " ", count: max(1, width - count))
  }
}
