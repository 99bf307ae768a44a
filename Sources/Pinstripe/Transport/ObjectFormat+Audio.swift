import PinstripeMTP
import PinstripeProfile

extension ObjectFormat {
  /// The code that a file of a format is announced with (MTP 1.1 appendix A).
  ///
  /// A player indexes what it plays by this code, and some refuse codes that they do not know.
  ///
  /// - Parameters:
  ///   - known: The formats that the player says it plays; where it says none, all are taken.
  ///   - quirks: ``Quirk/sendOggAsUndefined`` and ``Quirk/sendFLACAsUndefined`` are obeyed.
  static func of(
    _ format: AudioFormat, known: [ObjectFormat], quirks: Set<Quirk>
  ) -> ObjectFormat {
    let isUndefined =
      switch format {
      case .ogg, .opus: quirks.contains(.sendOggAsUndefined)
      case .flac: quirks.contains(.sendFLACAsUndefined)
      default: false
      }
    let code = isUndefined ? .undefined : ObjectFormat(format) ?? .undefined
    return known.isEmpty || known.contains(code) ? code : .undefined
  }
}
