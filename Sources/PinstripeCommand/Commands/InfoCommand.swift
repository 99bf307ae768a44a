import ArgumentParser
import Pinstripe
import PinstripeCore
import PinstripeKeys
import PinstripeProfiles

/// The command `pinstripe info`.
struct InfoCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "info",
    abstract: "Show what a track is.",
    discussion: """
      Without a key for it, only what its header claims is shown, and none of that is verified. \
      Rights are verified by the player that they were issued for.
      """)

  @OptionGroup var track: TrackOptions
  @OptionGroup var keys: KeyOptions
  @OptionGroup var common: CommonOptions

  func run() throws {
    let (file, description) = try track.examine(keys)
    let metadata = file?.metadata ?? TrackMetadata()
    let rights = try file?.rights.map { try RightsFile.read($0.span) }
    try common.show(
      json(description, metadata, file, rights), text(description, metadata, file, rights))
  }

  private func json(
    _ track: TrackDescription, _ metadata: TrackMetadata, _ file: TrackFile?,
    _ rights: RightsRecord?
  ) -> JSON {
    .object([
      ("verified", .bool(file != nil)), ("codec", .string(track.codec)),
      ("protected", .bool(track.stride > 0)), ("suite", .string(track.suite)),
      ("pattern", .string(track.pattern)), ("every", .number(UInt64(track.stride))),
      ("phase", .number(UInt64(track.phase))), ("head", .number(UInt64(track.head))),
      ("mapBytes", .optional(track.mapLength)),
      ("contentBytes", .optional(track.contentLength)),
      ("encryptedBytes", .optional(track.encryptedLength)),
      ("trackId", .string(track.trackID)), ("trailer", .bool(track.hasTrailer)),
      (
        "slots",
        .array(track.slots.map(\.json))
      ),
      ("title", .optional(metadata.title)), ("artist", .optional(metadata.artist)),
      ("album", .optional(metadata.album)), ("lyrics", .optional(metadata.lyrics)),
      ("links", .array(metadata.links.map { .string($0) })),
      (
        "pictures",
        .array(
          metadata.pictures.map { picture in
            .object([
              ("mediaType", .string(picture.mediaType)),
              ("bytes", .number(UInt64(picture.bytes.count))),
            ])
          })
      ),
      ("fields", .object(metadata.freeFields.map { ($0.name, .string($0.value)) })),
      ("source", .optional(metadata.sourceName)),
      ("sha256", .optional(metadata.contentDigest.map { Hexadecimal.string($0) })),
      ("purchaser", .optional(file?.purchaser)),
      ("chunkBytes", .optional(file?.chunkSize.map(UInt64.init))),
      ("rights", rights.map { .object(RightsText.json($0)) } ?? .null),
    ])
  }

  /// What the frame map takes; nil without one.
  private static func share(of track: TrackDescription) -> String? {
    guard let map = track.mapLength, map > 0, let content = track.contentLength else { return nil }
    let tenths = content == 0 ? 0 : (map * 1000 + content / 2) / content
    return "\(map) bytes, \(tenths / 10).\(tenths % 10) % of the content"
  }

  private func text(
    _ track: TrackDescription, _ metadata: TrackMetadata, _ file: TrackFile?,
    _ rights: RightsRecord?
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
    let lyrics = metadata.lyrics.map { "\($0.split(separator: "\n").count) lines" }
    rows.insert(contentsOf: [("Lyrics", lyrics)], at: 3)
    rows.insert(contentsOf: metadata.links.map { ("Link", $0) }, at: 4)
    rows.insert(
      contentsOf: metadata.pictures.map { ("Picture", "\($0.mediaType), \($0.bytes.count) bytes") },
      at: 4)
    rows += metadata.freeFields.map { ("Field", "\($0.name): \($0.value)") }
    for (index, slot) in track.slots.enumerated() {
      rows.append(("Slot \(index)", slot.text))
    }
    rows.append(("Chunk tags", file?.chunkSize.map { "one for each \($0) bytes" }))
    rows.append(("Purchaser", file?.purchaser))
    rows.append(("Rights", rights.map(RightsText.line)))
    if rights.map({ $0.plays > 0 }) == true { rows.append(("Note", RightsText.note)) }
    rows.append(
      ("Verified", file != nil ? "yes" : "no: there is no key for it here, so this may be false"))
    return rows.compactMap { name, value in
      value.map { "\(name):".padded(to: 12) + Terminal.printable($0) }
    }.joined(separator: "\n")
  }
}

extension TrackDescription.Slot {
  /// The slot for a person.
  var text: String { "\(recipient) key \(keyID), generation \(generation)" }

  /// The slot for programs.
  var json: JSON {
    .object([
      ("recipient", .string(recipient)), ("generation", .number(UInt64(generation))),
      ("keyId", .string(keyID)),
    ])
  }
}

extension String {
  /// The text with spaces behind it, for columns.
  func padded(to width: Int) -> String {
    self + String(repeating: " ", count: max(1, width - count))
  }
}
