import ArgumentParser
import Pinstripe

/// What a track says of its work.
struct MetadataOptions: ParsableArguments {
  @Option(help: "The work's title. (default: what the file's own tags say, as of the others)")
  var title: String?

  @Option(help: "The work's artist.")
  var artist: String?

  @Option(help: "The album.")
  var album: String?

  @Option(help: ArgumentHelp("A web page; may be given several times.", valueName: "url"))
  var link: [String] = []

  @Option(
    name: .customLong("field"),
    help: ArgumentHelp("Anything else; may be given several times.", valueName: "name=value"))
  var fields: [String] = []

  @Flag(
    name: .customLong("no-tags"),
    help: ArgumentHelp(
      "Do not copy title, artist, album, lyrics, pictures and links from the file's own tags. They "
        + "stay in the music either way."))
  var ignoresTags = false

  func validate() throws {
    guard fields.allSatisfy({ $0.dropFirst().contains("=") && !$0.hasPrefix("=") }) else {
      throw ValidationError("--field takes NAME=VALUE.")
    }
  }

  /// What a player is told, in clear: what the file's tags say, and what the person said instead.
  func properties(ofFileAt path: String) -> TrackProperties {
    var properties = (ignoresTags ? nil : TrackProperties(path: path)) ?? TrackProperties()
    properties.title = title ?? properties.title
    properties.artist = artist ?? properties.artist
    properties.album = album ?? properties.album
    return properties
  }

  /// What the source's tags say, and what the person said instead.
  func metadata(of source: PeekableSource) throws -> TrackMetadata {
    var metadata = ignoresTags ? TrackMetadata() : try TrackMetadata.embedded(in: source)
    metadata.title = title ?? metadata.title
    metadata.artist = artist ?? metadata.artist
    metadata.album = album ?? metadata.album
    if !link.isEmpty { metadata.links = link }
    metadata.freeFields = fields.map { field in
      let parts = field.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      return (String(parts[0]), String(parts[1]))
    }
    return metadata
  }
}
