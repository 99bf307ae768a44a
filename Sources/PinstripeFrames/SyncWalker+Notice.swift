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
