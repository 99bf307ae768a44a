extension ContentFormat {
  /// Whether a frame of MPEG audio that another one follows begins in some bytes, which may be cut out of
  /// a content anywhere.
  public static func holdsMPEGFrame(_ bytes: UnsafeRawBufferPointer) -> Bool {
    views(of: bytes).contains { SyncWalker.family(in: $0) == .mpeg }
  }

  /// Whether a page of Ogg begins in some bytes, which may be cut out of a content anywhere.
  public static func holdsOggPage(_ bytes: UnsafeRawBufferPointer) -> Bool {
    views(of: bytes).contains { view in
      (0..<view.count).contains { OggPage(view, at: $0) != nil }
    }
  }

  /// Views of all bytes, each of which shares its second half with the next one.
  ///
  /// None of them claims to be a content's end, where a header needs no other one.
  private static func views(
    of bytes: UnsafeRawBufferPointer
  ) -> some Sequence<ContentView> {
    stride(
      from: 0, through: bytes.count - FrameFinder.lookahead, by: FrameFinder.lookahead / 2
    ).lazy.map { ContentView(UnsafeRawBufferPointer(rebasing: bytes[$0...])) }
  }
}
