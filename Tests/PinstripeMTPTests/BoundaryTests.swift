import PinstripeMTP
import PinstripePipe
import PinstripeProfile
import PinstripeTestSupport
import Testing

/// Objects whose transfers end on, before and behind a packet's boundary, in both directions.
struct BoundaryTests {
  struct Speed: Sendable {
    var packetSize: Int
    var chunkSize: Int
  }

  static let speeds = [
    Speed(packetSize: 64, chunkSize: 64), Speed(packetSize: 64, chunkSize: 512),
    Speed(packetSize: 512, chunkSize: 512), Speed(packetSize: 512, chunkSize: 2048),
    Speed(packetSize: 1024, chunkSize: 4096),
  ]

  static let habits: [MemoryResponder.Habits] = [
    [], .headerApart, .joinsResponse, .omitsZeroLengthPackets,
    [.headerApart, .omitsZeroLengthPackets], [.joinsResponse, .omitsZeroLengthPackets],
  ]

  static func sizes(_ speed: Speed) -> [Int] {
    var sizes: Set<Int> = [0, 1, 12]
    for unit in [64, 512, 1024, speed.chunkSize] {
      for factor in [1, 2, 3] {
        // −12 is where the header fills the packet up.
        for delta in [-12, -1, 0, 1, 12] { sizes.insert(unit * factor + delta) }
      }
    }
    return sizes.sorted()
  }

  @Test(arguments: speeds)
  func uploadsAreExact(_ speed: Speed) async throws {
    let rig = try await Rig(packetSize: speed.packetSize, chunkSize: speed.chunkSize)
    for size in Self.sizes(speed) {
      let comment: Comment = "\(size) bytes in packets of \(speed.packetSize)"
      let before = rig.pipe.transfers.count
      let object = try await rig.upload("\(size)", pattern(size, seed: size))
      #expect(rig.player.object(object)?.content == .bytes(pattern(size, seed: size)), comment)
      #expect(rig.player.object(object)?.isComplete == true, comment)
      let data = rig.pipe.transfers.dropFirst(before).last { $0.direction == .out }
      #expect(data?.count == UInt64(size + 12), comment)
      #expect(
        data?.endedWithZeroLengthPacket == ((size + 12) % speed.packetSize == 0), comment)
    }
  }

  @Test(arguments: speeds, habits)
  func downloadsAreExact(_ speed: Speed, _ habits: MemoryResponder.Habits) async throws {
    let rig = try await Rig(
      habits: habits, packetSize: speed.packetSize, chunkSize: speed.chunkSize)
    for size in Self.sizes(speed) {
      let comment: Comment = "\(size) bytes in packets of \(speed.packetSize), \(habits.rawValue)"
      let object = rig.player.add("\(size)", content: .bytes(pattern(size, seed: size)))
      #expect(
        try await rig.download(object, size: size) == pattern(size, seed: size), comment)
      var range: [UInt8] = []
      if size > 1 {
        try await rig.session.getPartialObject(object, at: 1, count: UInt32(size - 1)) {
          range += $0
        }
      }
      #expect(range == Array(pattern(size, seed: size).dropFirst()), comment)
    }
    let names = try await rig.session.objectHandles(storage: Rig.storage).count
    #expect(names == Self.sizes(speed).count)
  }

  /// libmtp issue 227: an empty file, and everything after it hangs.
  @Test(arguments: habits)
  func libmtpIssue227AnEmptyFileHasADataPhaseOfItsHeader(
    _ habits: MemoryResponder.Habits
  ) async throws {
    let rig = try await Rig(habits: habits)
    let object = try await rig.upload("empty.mp3", [])
    #expect(rig.player.object(object)?.isComplete == true)
    #expect(try await rig.download(object, size: 0) == [])
    try await rig.upload("next.mp3", pattern(10))
    #expect(rig.player.objects.map(\.name) == ["empty.mp3", "next.mp3"])
  }
}

/// Objects that 32 bits cannot count.
struct LargeObjectTests {
  static let size: UInt64 = 4 << 30 + 12345

  @Test func anUploadBeyond4GiBIsAnnouncedWithAllOnes() async throws {
    let rig = try await Rig(habits: .discardsContent, chunkSize: 1 << 20)
    let object = try await rig.session.upload(
      ObjectInfo(filename: "big", format: .undefined, size: 0), to: Rig.storage,
      length: Self.size
    ) { $0.count }
    #expect(rig.player.object(object)?.content == .zeros(Self.size))
    #expect(rig.player.object(object)?.isComplete == true)
    let data = rig.pipe.transfers.last { $0.direction == .out }
    #expect(data?.head.prefix(4) == [0xFF, 0xFF, 0xFF, 0xFF])
    #expect(data?.count == Self.size + 12)
    let info = try await rig.session.objectInfo(object)
    #expect(info.compressedSize == .max)
    #expect(try await rig.session.objectSize(object, info: info) == Self.size)
  }

  @Test(arguments: [[], .wrapsLongLengths] as [MemoryResponder.Habits])
  func aDownloadBeyond4GiB(_ habits: MemoryResponder.Habits) async throws {
    let rig = try await Rig(habits: habits, chunkSize: 1 << 20)
    let object = rig.player.add("big", content: .zeros(Self.size))
    var count: UInt64 = 0
    try await rig.session.getObject(object, size: Self.size) { count += UInt64($0.count) }
    #expect(count == Self.size)
    #expect(try await rig.session.storageIDs() == [Rig.storage])
  }

  @Test func aListingTellsTheWholeSizeOrThatItDoesNotKnow() async throws {
    for (operations, size) in [
      (Set(MemoryResponder.implemented), Self.size),
      (Set(MemoryResponder.implemented).subtracting([.getObjectPropValue]), nil),
    ] {
      let rig = try await Rig(operations: operations)
      rig.player.add("big", content: .zeros(Self.size))
      for try await object in rig.session.objects(of: Rig.storage) {
        #expect(object.size == size)
      }
    }
  }

  /// umtp-responder's ObjectInfo: 4.4 GB are 105 MB there.
  @Test func aWrappedSizeIsNotBelieved() async throws {
    let rig = try await Rig(quirks: [.wrappedSize])
    rig.player.add("big", content: .zeros(Self.size))
    rig.player.add("small", content: .zeros(5))
    var sizes: [String: UInt64?] = [:]
    for try await object in rig.session.objects(of: Rig.storage) {
      sizes[object.info.filename] = object.size
    }
    #expect(sizes == ["big": Self.size, "small": 5])
  }
}
