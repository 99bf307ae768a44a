import PinstripeFrames
import Testing

/// Real files, against what independent programs see in them.
struct MediaTests {
  /// The encoder's first frame says how many frames and bytes there are behind the ID3v2 tag, itself
  /// among them.
  @Test func idleTune() throws {
    let content = try MediaFolder.idleTune
    let xing = try #require((0..<4096).first { Array(content[$0..<$0 + 4]) == Array("Xing".utf8) })
    func number(_ index: Int) -> Int { content[index..<index + 4].reduce(0) { $0 << 8 | Int($1) } }
    let runs = try Runs(content)
    #expect(runs.format == .mp3)
    #expect(runs.notice == nil)
    #expect(runs.starts.first == RunStart(offset: 0, kind: .full))
    #expect(runs.striped.first == 1034 + 4)
    #expect(runs.striped.count == number(xing + 8))
    #expect(content.count == 1034 + number(xing + 12))
    #expect(try Runs(content, cut: 7919, isPipe: true) == runs)
  }

  @Test(
    .enabled(if: MediaFolder.folder != nil, "set PINSTRIPE_FRAME_MEDIA, see Tests/Media/fetch.sh"),
    arguments: MediaFolder.files)
  func realFile(_ file: MediaFolder.File) throws {
    let content = try file.bytes
    for isPipe in [false, true] {
      let runs = try Runs(content, isPipe: isPipe)
      #expect(runs.fault(count: content.count) == nil)
      #expect(try Runs(content, cut: 997, isPipe: isPipe) == runs)
      guard let frames = file.frames, !frames.isEmpty else { continue }
      if isPipe, runs.notice?.hasPrefix("The MP4 tables come after the samples") == true {
        #expect(list(runs.starts) == ["F 0"])
        continue
      }
      #expect(runs.notice == nil)
      let ours = Set(runs.striped)
      // Frames that fit into a run's head lie in full runs.
      let leads = frames.map { lead(of: runs.format, content, at: $0.offset) }
      let theirs = Set(zip(frames, leads).filter { $0.size > 32 + $1 }.map { $0.offset + $1 })
      let missed = theirs.subtracting(ours).sorted()
      let more = ours.subtracting(zip(frames, leads).map { $0.offset + $1 }).sorted()
      #expect(
        missed.isEmpty, "\(missed.count) of \(theirs.count) missed, first at \(missed.prefix(5))")
      // The one that holds LAME's or Xing's table is a frame, and no music.
      #expect(more.count <= 1 && more.allSatisfy { $0 < theirs.min() ?? 0 }, "\(more.prefix(5))")
    }
  }
}

/// Bytes of a frame's header and checksum: MPEG audio and ADTS say in the same bit if there is one.
private func lead(of format: ContentFormat, _ content: [UInt8], at offset: UInt64) -> UInt64 {
  switch format {
  case .mp3: content[Int(offset) + 1] & 1 == 1 ? 4 : 6
  case .adts: content[Int(offset) + 1] & 1 == 1 ? 7 : 9
  default: 0
  }
}
