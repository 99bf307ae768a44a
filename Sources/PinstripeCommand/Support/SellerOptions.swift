import ArgumentParser
import Pinstripe
import PinstripeCore
import PinstripeKeys
import PinstripeProfiles

/// What a service says of the copy that it sells.
struct SellerOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Who buys this copy, at most 1024 bytes; encrypted in the track.", valueName: "id"))
  var purchaser: String?

  @Option(
    help: ArgumentHelp(
      "What the buyer may do, from 'pinstripe rights issue'; the track gets the id that it names.",
      valueName: "file"))
  var rights: String?

  /// Whether anything was said.
  var isStated: Bool { purchaser != nil || rights != nil }

  /// Puts it into a recipe.
  func apply(to recipe: inout TrackRecipe) throws {
    recipe.purchaser = purchaser
    recipe.rights = try rights.map(RightsText.read)
  }
}

/// Rights for people and programs.
enum RightsText {
  /// Reads a rights file.
  static func read(_ file: String) throws(KeyError) -> [UInt8] {
    // A little more than the file may have, so that a longer one is judged and not cut.
    let bytes = try SecretFile.read(file, maximumSize: 256).withBytes { span in
      span.indices.map { span[$0] }
    }
    do throws(KeyError) {
      _ = try RightsFile.read(bytes.span)
    } catch {
      throw error.naming(file)
    }
    return bytes
  }

  /// What a record says, member by member.
  static func json(_ record: RightsRecord) -> [(String, JSON)] {
    [
      ("issued", .bool(record.isIssued)), ("test", .bool(record.isTest)),
      ("plays", record.plays == 0 ? .null : .number(UInt64(record.plays))),
      ("notBefore", record.notBefore == 0 ? .null : .string(UTCTime.string(record.notBefore))),
      ("notAfter", record.notAfter == 0 ? .null : .string(UTCTime.string(record.notAfter))),
      ("device", .string(hexadecimal(record.deviceID))),
      ("rightsId", .string(hexadecimal(record.rightsID))),
      ("trackId", .string(hexadecimal(record.trackID))),
    ]
  }

  /// What a record allows, in a line.
  static func line(_ record: RightsRecord) -> String {
    var parts = [record.plays == 0 ? "any number of plays" : "\(record.plays) plays"]
    if record.notBefore > 0 { parts.append("from \(UTCTime.string(record.notBefore))") }
    if record.notAfter > 0 { parts.append("until \(UTCTime.string(record.notAfter))") }
    parts.append("on device \(hexadecimal(record.deviceID))")
    parts.append(
      record.isIssued ? (record.isTest ? "issued for a TEST device" : "issued") : "advice only")
    return parts.joined(separator: ", ")
  }

  /// What play counts are worth, where rights limit them.
  static let note =
    "play counts are kept by the player: where it has no hardware counter, restoring its whole "
    + "storage resets them"

  static func hexadecimal(_ bytes: InlineArray<16, UInt8>) -> String {
    Hexadecimal.string(bytes.indices.map { bytes[$0] })
  }
}
