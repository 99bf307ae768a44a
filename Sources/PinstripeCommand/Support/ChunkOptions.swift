import ArgumentParser
import Pinstripe

/// Whether each piece of the payload gets a tag.
struct ChunkOptions: ParsableArguments {
  @Flag(
    help: ArgumentHelp(
      "Tag the music piece by piece, so that a change is noticed before it is decrypted. Costs a "
        + "MAC over all of it; the tags are 0.02 % of its size."))
  var chunkTags = false

  @Option(
    help: ArgumentHelp(
      "Bytes of such a piece, also as --chunk-tags=<bytes>: a power of two from 4096 to 1048576. "
        + "(default: 65536, more for very long music)", valueName: "bytes"))
  var chunkSize: Int?

  /// Makes `--chunk-size=n` of `--chunk-tags=n`: argument-parser knows no option whose value may be
  /// left out, but those that take the next argument for it.
  static func spellOut(_ arguments: [String]) -> [String] {
    let options = arguments.prefix { $0 != "--" }
    let flag = "--chunk-tags="
    return options.map { option in
      option.hasPrefix(flag) ? "--chunk-size=" + option.dropFirst(flag.count) : option
    } + arguments.dropFirst(options.count)
  }

  /// Whether tags are wanted.
  var isStated: Bool { chunkTags || chunkSize != nil }

  /// Puts it into a recipe.
  func apply(to recipe: inout TrackRecipe, length: UInt64?) throws(PinstripeError) {
    guard isStated else { return }
    let size = chunkSize ?? ChunkTags.size(for: length)
    guard ChunkTags.isSize(size) else {
      throw PinstripeError(
        .usage, "--chunk-size takes a power of two from 4096 to 1048576, not \(size).")
    }
    recipe.chunkSize = size
  }
}
