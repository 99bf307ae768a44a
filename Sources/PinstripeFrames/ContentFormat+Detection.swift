extension ContentFormat {
  /// What starts with a view's bytes, tags in front of it aside; nil when it is not known.
  static func detected(in view: ContentView) -> ContentFormat? {
    if view.has("fLaC", at: 0) { return .flac }
    if view.has("OggS", at: 0) { return .ogg(OggWalker.codec(in: view)) }
    if isWave(view) { return .wav }
    if view.has("FORM", at: 0), view.has("AIFF", at: 8) || view.has("AIFC", at: 8) { return .aiff }
    if isMP4(view) { return .mp4(.unknown) }
    switch SyncWalker.family(in: view) {
    case .mpeg: return .mp3
    case .adts: return .adts
    case nil: return nil
    }
  }

  /// RIFF with the form WAVE, its 64-bit kin of EBU Tech 3306 and ITU-R BS.2088, and Wave64, which
  /// has a GUID in their place.
  private static func isWave(_ view: ContentView) -> Bool {
    let isRIFF = view.has("RIFF", at: 0) || view.has("RF64", at: 0) || view.has("BW64", at: 0)
    return isRIFF && view.has("WAVE", at: 8) || view.has("riff", at: 0) && view.has("wave", at: 24)
  }

  /// ISO 14496-12 §4.3 begins with `ftyp`; QuickTime files from before it with what they please.
  private static func isMP4(_ view: ContentView) -> Bool {
    if view.has("ftyp", at: 4) { return true }
    let size = view.big32(0)
    guard size >= 8 || size <= 1 else { return false }
    return ["moov", "mdat", "free", "skip", "wide", "pnot", "styp"].contains {
      (type: StaticString) in view.has(type, at: 4)
    }
  }
}
