import Glibc
import PinstripeMTP
import PinstripePipe
import PinstripeProfile
import PinstripeTestSupport
import TestTools
import Testing

@testable import Pinstripe

/// Files that 32 bits cannot count, from a sparse file to a player and back.
struct LargeTrackTests {
  /// Offsets of bytes that are not zero: around the borders of 31 and 32 bits, and at both ends.
  private static let marks: [UInt64] = [
    0, 1 << 31 - 1, 1 << 31, 1 << 32 - 13, 1 << 32 - 12, 1 << 32 - 1, 1 << 32, 1 << 32 + 1,
    1 << 32 + 123_455,
  ]
  private static let size: UInt64 = 1 << 32 + 123_456

  private static func mark(_ index: Int) -> UInt8 { UInt8(0xA0 + index) }

  private func sparseFile(in folder: TemporaryFolder) -> String {
    let path = folder("big.mp3")
    let file = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0o600)
    ftruncate(file, off_t(Self.size))
    for (index, offset) in Self.marks.enumerated() {
      var byte = Self.mark(index)
      pwrite(file, &byte, 1, off_t(offset))
    }
    close(file)
    return path
  }

  /// The bytes that are not zero, by offset.
  private struct Finder {
    var offset: UInt64 = 0
    var found: [UInt64: UInt8] = [:]

    mutating func take(_ bytes: UnsafeRawBufferPointer) {
      for start in stride(from: 0, to: bytes.count, by: 4096) {
        let part = UnsafeRawBufferPointer(rebasing: bytes[start...].prefix(4096))
        guard let base = part.baseAddress,
          part[0] != 0 || memcmp(base, base + 1, part.count - 1) != 0
        else { continue }
        for (index, byte) in part.enumerated() where byte != 0 {
          found[offset + UInt64(start + index)] = byte
        }
      }
      offset += UInt64(bytes.count)
    }
  }

  @Test func upAndDown() async throws {
    let folder = TemporaryFolder(in: TemporaryFolder.memory)
    let source = try FileSource(path: sparseFile(in: folder))
    let player = Player(habits: .keepsSparsely) { $0.storage.maximumObjectSize = .max }
    let pipe = LoopbackPipe(to: player.responder, chunkSize: 1 << 20)
    let transport = try await MTPTransport(
      opening: pipe, profile: player.profile, name: "Test player")
    try await transport.put(
      ClearStream(source), named: "big.mp3", replacing: false, progress: nil)

    let object = try #require(player.responder.objects.first { $0.name == "big.mp3" })
    #expect(object.content.count == Self.size && object.isComplete)
    let data = try #require(pipe.transfers.first { $0.count > Self.size })
    #expect(data.count == Self.size + 12 && data.head.prefix(4) == [0xFF, 0xFF, 0xFF, 0xFF])
    // ObjectInfo cannot say it, the property ObjectSize can.
    #expect(try await transport.session.objectInfo(object.handle).compressedSize == .max)
    #expect(try await transport.list() == [StoredTrack(name: "big.mp3", size: Self.size)])

    let wanted = Dictionary(
      uniqueKeysWithValues: Self.marks.enumerated().map { ($1, Self.mark($0)) })
    var whole = Finder()
    try await transport.read("big.mp3", range: 0..<UInt64.max) { whole.take($0) }
    #expect(whole.offset == Self.size && whole.found == wanted)
    // In parts, across the border, by GetPartialObject64.
    let start: UInt64 = 1 << 32 - 1000
    var part = Finder(offset: start)
    try await transport.read("big.mp3", range: start..<start + 3000) { part.take($0) }
    #expect(part.offset == start + 3000)
    #expect(part.found == wanted.filter { (start..<start + 3000).contains($0.key) })
    #expect(player.responder.history.contains(.getPartialObject64))
  }
}
