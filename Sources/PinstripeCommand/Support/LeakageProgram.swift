import Glibc
import Pinstripe

/// The analysis behind `pinstripe leak`: a Python program, because it needs numerics and other
/// people's decoders, which the tool itself shall not depend on.
///
/// It is looked for where `Sources/install.sh` puts it, `share/pinstripe/leakage` beside the
/// program's `bin`, and, for a tool that runs from its build folder, in `Sources/Leakage`.
enum LeakageProgram {
  /// Debian's, for Debian's numpy is not seen by another.
  static let interpreter = "/usr/bin/python3"

  private static let packages =
    "python3 python3-numpy python3-scipy ffmpeg mpg123 madplay faad flac vorbis-tools opus-tools"

  /// The path of leak.py.
  static func find() throws(PinstripeError) -> String {
    var folder = Subprocess.ownPath()
    var candidates: [String] = []
    // Up from `bin/pinstripe` it is one step, from `.build/x86_64-…/debug/pinstripe` three.
    for _ in 0..<5 {
      guard let slash = folder.lastIndex(of: "/") else { break }
      folder = String(folder[..<slash])
      if candidates.isEmpty { candidates.append(folder + "/../share/pinstripe/leakage/leak.py") }
      candidates.append(folder + "/Sources/Leakage/leak.py")
    }
    if let found = candidates.first(where: { access($0, R_OK) == 0 }) { return found }
    throw PinstripeError(
      .system,
      "The analysis program leak.py is missing; Sources/install.sh puts it into "
        + "share/pinstripe/leakage.")
  }

  /// What a status that is not 0 means; leak.py lists them.
  static func failure(_ outcome: Subprocess.Outcome) -> PinstripeError {
    let reason = sentence(outcome.lastLine)
    switch outcome.status {
    case 64: return PinstripeError(.usage, reason)
    case 66: return PinstripeError(.noInput, reason)
    case 70: return PinstripeError(.system, reason)
    case 127:
      return PinstripeError(
        .system, "The analysis needs programs of Debian: apt-get install \(packages).")
    case 130: return PinstripeError(.cancelled, "Cancelled.")
    default:
      return PinstripeError(.system, "The analysis failed (\(outcome.status)): \(reason)")
    }
  }

  private static func sentence(_ text: String) -> String {
    text.hasSuffix(".") ? text : text + "."
  }
}
