import PinstripeMTP
import PinstripeProfile

extension ObjectFormat {
  /// The code that a file is announced with (MTP 1.1 appendix A); Undefined where the player says that it
  /// does not know the right one.
  ///
  /// - Parameters:
  ///   - known: The formats that the player says it plays; where it says none, all are taken.
  ///   - quirks: As for ``of(_:known:quirks:)`` of music.
  static func of(_ kind: FileKind, known: [ObjectFormat], quirks: Set<Quirk>) -> ObjectFormat {
    let code: ObjectFormat
    switch kind {
    case .audio(let format): return .of(format, known: known, quirks: quirks)
    // It is no matter of playing: who stores files stores pictures.
    case .picture(let format): return ObjectFormat(format)
    case .playlist(let kind): code = of(kind)
    }
    return known.isEmpty || known.contains(code) ? code : .undefined
  }

  /// A playlist's code; Samsung's is what libmtp knows such files by.
  private static func of(_ kind: PlaylistKind) -> ObjectFormat {
    switch kind {
    case .none: .undefined
    case .mtpReferences: .abstractAudioVideoPlaylist
    case .m3u: .m3uPlaylist
    case .pls: .plsPlaylist
    case .samsungSPL1, .samsungSPL2: .samsungPlaylist
    }
  }
}
