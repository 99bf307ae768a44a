import Glibc
import PinstripeMTP
import PinstripeProfile
import PinstripeTestSupport
import Testing

extension FastTierTests {
  /// An object that 32 bits cannot count, through libusb in both directions.
  @Suite struct Large {
    private static let size: UInt64 = 1 << 32 + 123_456
    /// Offsets of the bytes that are not zero: around the borders of 31 and 32 bits, and at both ends.
    private static let marks: [UInt64] = [
      0, 1 << 31 - 1, 1 << 31, 1 << 32 - 13, 1 << 32 - 1, 1 << 32, size - 1,
    ]

    private static func marks(from start: UInt64, _ count: Int) -> [Int] {
      marks.filter { start <= $0 && $0 < start + UInt64(count) }.map { Int($0 - start) }
    }

    @Test func upAndDown() async throws {
      var rules = TransferRules()
      rules.chunkSize = 1 << 20
      let rig = try await NodeRig(habits: .keepsSparsely, transfer: rules)
      var given: UInt64 = 0
      let announcement = try await rig.session.upload(
        ObjectInfo(filename: "big", format: .mp3, size: Self.size), to: NodeRig.storage,
        length: Self.size
      ) { buffer in
        let count = Int(min(UInt64(buffer.count), Self.size - given))
        UnsafeMutableRawBufferPointer(rebasing: buffer[..<count]).initializeMemory(
          as: UInt8.self, repeating: 0)
        for place in Self.marks(from: given, count) { buffer[place] = 0xA5 }
        given += UInt64(count)
        return count
      }
      let object = rig.player.object(announcement)
      #expect(object?.content.count == Self.size && object?.isComplete == true)

      var got: UInt64 = 0
      var wrong = 0
      try await rig.session.getObject(announcement, size: Self.size) { bytes in
        let marks = Self.marks(from: got, bytes.count)
        if bytes.isZero == !marks.isEmpty || marks.contains(where: { bytes[$0] != 0xA5 }) {
          wrong += 1
        }
        got += UInt64(bytes.count)
      }
      #expect(got == Self.size && wrong == 0)
      await rig.close()
    }
  }
}

extension UnsafeRawBufferPointer {
  /// Whether there is nothing but zeros.
  fileprivate var isZero: Bool {
    guard let base = baseAddress, count > 1 else { return allSatisfy { $0 == 0 } }
    return self[0] == 0 && memcmp(base, base + 1, count - 1) == 0
  }
}
