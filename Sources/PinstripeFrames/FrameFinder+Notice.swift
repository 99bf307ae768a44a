extension SyncWalker {
  /// What went wrong up to a position; nil when all is well.
  func notice(atEnd position: UInt64) -> String? {
    if frames == 0 {
      return position == 0 ? nil : "No frame was found, so all of it is encrypted."
    }
    guard gaps > 0 else { return nil }
    return gaps == 1
      ? "\(gapBytes) bytes are no frames, and are encrypted in full."
      : "\(gapBytes) bytes in \(gaps) places are no frames, and are encrypted in full."
  }
}

extension FLACWalker {
  /// What went wrong; nil when all is well.
  var notice: String? {
    // While the metadata passes, nothing is wrong yet.
    isPastMetadata && frames == 0 ? "No frame was found, so all of it is encrypted." : nil
  }
}

extension OggWalker {
  /// What went wrong; nil when all is well.
  var notice: String? {
    if codec == .other {
      return "The Ogg streams are of no known codec, so all of it is encrypted."
    }
    if hasTooManyStreams {
      return
        "More than \(Self.mostStreams) Ogg streams are open at once; those beyond are encrypted"
        + " in full."
    }
    guard lostBytes > 0 else { return nil }
    return "\(lostBytes) bytes are no Ogg pages, and are encrypted in full."
  }
}
