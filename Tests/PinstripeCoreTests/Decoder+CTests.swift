import CPinstripe
import PinstripeCore
import Testing

/// What pinstripe_decoder.h promises about wrong calls, positions and wiping.
struct DecoderTests {
  let base: RefusalVectors.Base
  let player = Player()
  let file: TestFile
  let content: [UInt8]
  let payload: [UInt8]

  /// A device with its recipient; the track is not open.
  init() throws {
    let vectors = try VectorFolder.read("refusals.json", as: RefusalVectors.self)
    base = try #require(vectors.bases["base-header"])
    file = TestFile(base.file.bytes)
    content = VectorFolder.content(base.length)
    payload = Array(base.file.bytes[4096..<4096 + base.length])
    try #require(player.insert(keybox: base.keybox.bytes) == PINSTRIPE_OK)
  }

  @Test func tellsItsVersion() {
    #expect(pinstripe_abi_version() == PINSTRIPE_ABI_VERSION)
  }

  /// Every argument of every function null in turn; nothing else is touched.
  @Test func refusesNullPointers() {
    let decoder = player.decoder
    let table = player.keys.table
    let work = player.work.baseAddress
    let recipients = player.recipients
    typealias Call = () -> Int32
    let opening: [(String, Call)] = [
      ("provider", { pinstripe_open(decoder, nil, file.storage, recipients, 1, 0, work, 4096) }),
      ("storage", { pinstripe_open(decoder, table, nil, recipients, 1, 0, work, 4096) }),
      ("recipients", { pinstripe_open(decoder, table, file.storage, nil, 1, 0, work, 4096) }),
      ("work", { pinstripe_open(decoder, table, file.storage, recipients, 1, 0, nil, 4096) }),
    ]
    for (name, call) in opening {
      player.poison()
      #expect(call() == PINSTRIPE_E_ARGUMENT, "\(name)")
      #expect(player.isWiped, "\(name): an error wipes the context")
    }
    #expect(
      pinstripe_open(nil, table, file.storage, recipients, 1, 0, work, 4096)
        == PINSTRIPE_E_ARGUMENT)

    #expect(player.open(file) == PINSTRIPE_OK)
    var byte: UInt8 = 7
    var target: UInt8 = 7
    var number: UInt64 = 9
    var count: UInt64 = 9
    #expect(pinstripe_xor_at(nil, 0, &byte, &target, 1) == PINSTRIPE_E_ARGUMENT)
    #expect(pinstripe_xor_at(decoder, 0, nil, &byte, 1) == PINSTRIPE_E_ARGUMENT)
    #expect(pinstripe_xor_at(decoder, 0, &byte, nil, 1) == PINSTRIPE_E_ARGUMENT)
    #expect(pinstripe_update(nil, &byte, &target, 1) == PINSTRIPE_E_ARGUMENT)
    #expect(pinstripe_update(decoder, nil, &byte, 1) == PINSTRIPE_E_ARGUMENT)
    #expect(pinstripe_update(decoder, &byte, nil, 1) == PINSTRIPE_E_ARGUMENT)
    #expect(pinstripe_seek(nil, 0) == PINSTRIPE_E_ARGUMENT)
    #expect(pinstripe_set_work(nil, work, 4096) == PINSTRIPE_E_ARGUMENT)
    #expect(pinstripe_set_work(decoder, nil, 4096) == PINSTRIPE_E_ARGUMENT)
    #expect(pinstripe_get_info(decoder, nil) == PINSTRIPE_E_ARGUMENT)
    var info = pinstripe_info()
    #expect(pinstripe_get_info(nil, &info) == PINSTRIPE_E_ARGUMENT)
    #expect(pinstripe_keystream_range(nil, 0, 1, &number, &count) == PINSTRIPE_E_ARGUMENT)
    #expect(pinstripe_keystream_range(decoder, 0, 1, nil, &number) == PINSTRIPE_E_ARGUMENT)
    #expect(pinstripe_keystream_range(decoder, 0, 1, &number, nil) == PINSTRIPE_E_ARGUMENT)
    pinstripe_wipe(nil)
    #expect(byte == 7 && target == 7 && number == 9 && count == 9)
    #expect(player.xor(payload, at: 0) == (PINSTRIPE_OK, content))
  }

  @Test func refusesNullPointersOfKeyboxes() {
    let table = player.keys.table
    let bytes = base.keybox.bytes
    var box = pinstripe_keybox.ofThisABI
    var secret = [UInt8](repeating: 0xEE, count: 32)
    let argument = PINSTRIPE_E_ARGUMENT
    #expect(pinstripe_keybox_read(nil, bytes, 128, 1, &box, &secret) == argument)
    #expect(pinstripe_keybox_read(table, nil, 128, 1, &box, &secret) == argument)
    #expect(pinstripe_keybox_read(table, bytes, 128, 1, nil, &secret) == argument)
    #expect(pinstripe_keybox_read(table, bytes, 128, 1, &box, nil) == argument)
    #expect(pinstripe_keybox_read(table, bytes, -1, 1, &box, &secret) == argument)
    #expect(pinstripe_keybox_read(table, bytes, 128, 0, &box, &secret) == PINSTRIPE_E_TEST_KEYBOX)
    #expect(secret == [UInt8](repeating: 0xEE, count: 32) && box.epoch == 0, "nothing is written")
    #expect(pinstripe_keybox_read(table, bytes, 128, 1, &box, &secret) == PINSTRIPE_OK)

    var recipient = pinstripe_recipient()
    #expect(pinstripe_device_recipient(nil, &box, 8, &recipient) == argument)
    #expect(pinstripe_device_recipient(table, nil, 8, &recipient) == argument)
    #expect(pinstripe_device_recipient(table, &box, 8, nil) == argument)
    for place: UInt32 in 0..<8 {
      #expect(pinstripe_device_recipient(table, &box, place, &recipient) == argument, "\(place)")
    }
    #expect(recipient.kind == 0)
  }

  @Test func refusesStructsOfOtherABIs() {
    let table = player.keys.table
    let size = MemoryLayout<pinstripe_provider>.size
    for (bytes, version) in [(size - 8, 1), (size + 8, 1), (0, 1), (size, 0), (size, 2)] {
      table.pointee.struct_size = UInt32(bytes)
      table.pointee.abi_version = UInt32(version)
      player.poison()
      #expect(player.open(file) == PINSTRIPE_E_ABI, "provider \(bytes), \(version)")
      #expect(player.isWiped)
      #expect(player.insert(keybox: base.keybox.bytes) == PINSTRIPE_E_ABI)
    }
    table.pointee.struct_size = UInt32(size)
    table.pointee.abi_version = 1
    let storage = file.storage
    let storageSize = MemoryLayout<pinstripe_storage>.size
    for (bytes, version) in [(0, 1), (storageSize + 8, 1), (storageSize, 0), (storageSize, 2)] {
      storage.pointee.struct_size = UInt32(bytes)
      storage.pointee.abi_version = UInt32(version)
      player.poison()
      #expect(player.open(file) == PINSTRIPE_E_ABI, "storage \(bytes), \(version)")
      #expect(player.isWiped)
    }
    storage.pointee.struct_size = UInt32(storageSize)
    storage.pointee.abi_version = 1
    #expect(player.open(file) == PINSTRIPE_OK)

    var info = pinstripe_info()
    #expect(pinstripe_get_info(player.decoder, &info) == PINSTRIPE_E_ABI)
    info.struct_size = UInt32(MemoryLayout<pinstripe_info>.size)
    info.abi_version = 2
    #expect(pinstripe_get_info(player.decoder, &info) == PINSTRIPE_E_ABI)
    #expect(info.content_length == 0)
    var box = pinstripe_keybox()
    var secret = [UInt8](repeating: 0, count: 32)
    let bytes = base.keybox.bytes
    #expect(pinstripe_keybox_read(table, bytes, 128, 1, &box, &secret) == PINSTRIPE_E_ABI)
    var recipient = pinstripe_recipient()
    #expect(
      pinstripe_device_recipient(table, &box, PINSTRIPE_KEY_FIRST_WRAP, &recipient)
        == PINSTRIPE_E_ABI)
  }

  /// Zeros, what was wiped, and what never was a track.
  @Test func refusesCallsWithoutATrack() {
    let decoder = player.decoder
    #expect(player.open(file) == PINSTRIPE_OK)
    let states: [(String, () -> Void)] = [
      ("wiped", { pinstripe_wipe(decoder) }), ("wiped again", { pinstripe_wipe(decoder) }),
      ("zeros", { decoder.initialize(to: pinstripe_decoder()) }), ("garbage", { player.poison() }),
    ]
    for (name, prepare) in states {
      prepare()
      #expect(player.xor(payload, at: 0).0 == PINSTRIPE_E_ARGUMENT, "\(name)")
      #expect(player.info().status == PINSTRIPE_E_ARGUMENT, "\(name)")
      #expect(pinstripe_seek(decoder, 0) == PINSTRIPE_E_ARGUMENT, "\(name)")
      var byte: UInt8 = 0
      var target: UInt8 = 0
      #expect(pinstripe_update(decoder, &byte, &target, 1) == PINSTRIPE_E_ARGUMENT, "\(name)")
      var number: UInt64 = 0
      var count: UInt64 = 0
      #expect(
        pinstripe_keystream_range(decoder, 0, 1, &number, &count) == PINSTRIPE_E_ARGUMENT,
        "\(name)")
      #expect(
        pinstripe_set_work(decoder, player.work.baseAddress, 4096) == PINSTRIPE_E_ARGUMENT,
        "\(name)")
    }
    pinstripe_wipe(decoder)
    #expect(player.isWiped)
  }

  @Test func refusesSmallWork() {
    for size in [0, 1, 255, 4095] {
      player.poison()
      let status = pinstripe_open(
        player.decoder, player.keys.table, file.storage, player.recipients, 1, 0,
        player.work.baseAddress, size)
      #expect(status == PINSTRIPE_E_WORK_SIZE, "\(size)")
      #expect(player.isWiped && player.work.allSatisfy { $0 == 0xA5 }, "\(size)")
    }
    let status = pinstripe_open(
      player.decoder, player.keys.table, file.storage, player.recipients, 1, 0,
      player.work.baseAddress, -1)
    #expect(status == PINSTRIPE_E_ARGUMENT)
  }

  @Test func refusesUnknownFlags() {
    for bit in 2..<32 {
      let status = pinstripe_open(
        player.decoder, player.keys.table, file.storage, player.recipients, 1, 1 << UInt32(bit),
        player.work.baseAddress, 4096)
      #expect(status == PINSTRIPE_E_ARGUMENT, "bit \(bit)")
    }
  }

  /// An address where no such struct can be is a mistake of the caller's, and no trap.
  @Test func refusesMisalignedRecipients() {
    let bytes = UnsafeMutableRawPointer.allocate(byteCount: 64, alignment: 8)
    defer { bytes.deallocate() }
    bytes.initializeMemory(as: UInt8.self, repeating: 0, count: 64)
    for offset in 1..<4 {
      let recipients = OpaquePointer(bytes + offset)
      let status = pinstripe_open(
        player.decoder, player.keys.table, file.storage, UnsafePointer(recipients), 1, 0,
        player.work.baseAddress, 4096)
      #expect(status == PINSTRIPE_E_ARGUMENT, "\(offset)")
    }
  }

  @Test func opensWithoutRecipientsWhatIsClearOnly() throws {
    player.recipients = []
    #expect(player.open(file) == PINSTRIPE_E_NO_SLOT)
    let clear = try #require(
      VectorFolder.read("refusals.json", as: RefusalVectors.self).bases["base-clear"])
    let clearFile = TestFile(clear.file.bytes)
    let status = pinstripe_open(
      player.decoder, player.keys.table, clearFile.storage, nil, 0, PINSTRIPE_OPEN_ALLOW_CLEAR,
      player.work.baseAddress, 4096)
    #expect(status == PINSTRIPE_OK)
    pinstripe_wipe(player.decoder)
    #expect(player.open(clearFile) == PINSTRIPE_E_CLEAR_REFUSED)
  }

  @Test func keepsInsideTheContent() {
    #expect(player.open(file) == PINSTRIPE_OK)
    let decoder = player.decoder
    let length = UInt64(content.count)
    var bytes = [UInt8](repeating: 0xEE, count: 200)
    for (offset, count) in [
      (length, 1), (length + 1, 0), (0, Int(length) + 1), (length - 1, 2), (.max, 1),
      (.max - 50, 100), (1, .max),
    ] {
      #expect(
        pinstripe_xor_at(decoder, offset, Array(bytes), &bytes, count) == PINSTRIPE_E_RANGE,
        "\(offset)+\(count)")
    }
    #expect(bytes == [UInt8](repeating: 0xEE, count: 200))
    #expect(pinstripe_xor_at(decoder, length, Array(bytes), &bytes, 0) == PINSTRIPE_OK)
    #expect(pinstripe_xor_at(decoder, 0, Array(bytes), &bytes, -1) == PINSTRIPE_E_ARGUMENT)
    #expect(pinstripe_xor_at(decoder, 0, Array(bytes), &bytes, .min) == PINSTRIPE_E_ARGUMENT)
    #expect(pinstripe_seek(decoder, length) == PINSTRIPE_OK)
    #expect(pinstripe_update(decoder, Array(bytes), &bytes, 0) == PINSTRIPE_OK)
    #expect(pinstripe_update(decoder, Array(bytes), &bytes, 1) == PINSTRIPE_E_RANGE)
    for offset in [length + 1, .max] {
      #expect(pinstripe_seek(decoder, offset) == PINSTRIPE_E_RANGE)
    }
    var first: UInt64 = 7
    var count: UInt64 = 7
    for (offset, size) in [(length + 1, 0), (0, length + 1), (.max, .max), (1, .max)] {
      #expect(
        pinstripe_keystream_range(decoder, offset, size, &first, &count) == PINSTRIPE_E_RANGE)
    }
    #expect(first == 7 && count == 7)
    // Bytes 1, 4, 7, … of 100 are encrypted: 33, all in the first block.
    #expect(pinstripe_keystream_range(decoder, 0, length, &first, &count) == PINSTRIPE_OK)
    #expect(first == 0 && count == 1)
    #expect(pinstripe_keystream_range(decoder, 2, 2, &first, &count) == PINSTRIPE_OK)
    #expect(count == 0)
  }

  /// Any start, length and order; update after seek is the same.
  @Test func decryptsEveryRange() {
    #expect(player.open(file) == PINSTRIPE_OK)
    for start in (0...content.count).reversed() {
      for end in start...content.count {
        let expected = Array(content[start..<end])
        let stored = Array(payload[start..<end])
        let inPlace = (start + end) % 2 == 0
        let (status, bytes) = player.xor(stored, at: start, inPlace: inPlace)
        if status != PINSTRIPE_OK || bytes != expected { Issue.record("\(start)..<\(end)") }
      }
    }
  }

  @Test func refusesOverlaps() {
    #expect(player.open(file) == PINSTRIPE_OK)
    var bytes = payload + payload
    bytes.withUnsafeMutableBufferPointer { bytes in
      guard let base = bytes.baseAddress else { return }
      for apart in [1, 2, 10, 49] {
        let status = pinstripe_xor_at(player.decoder, 0, base + apart, base, 50)
        #expect(status == PINSTRIPE_E_ARGUMENT, "src \(apart) behind dst")
        let other = pinstripe_xor_at(player.decoder, 0, base, base + apart, 50)
        #expect(other == PINSTRIPE_E_ARGUMENT, "dst \(apart) behind src")
      }
    }
    #expect(bytes == payload + payload)
    bytes.withUnsafeMutableBufferPointer { bytes in
      guard let base = bytes.baseAddress else { return }
      // Side by side is no overlap, in either order.
      #expect(pinstripe_xor_at(player.decoder, 0, base, base + 50, 50) == PINSTRIPE_OK)
      #expect(pinstripe_xor_at(player.decoder, 0, base + 50, base, 50) == PINSTRIPE_OK)
    }
    #expect(Array(bytes[50..<100]) == Array(content[..<50]))
    #expect(Array(bytes[100...]) == payload)
  }

  @Test func changesWork() {
    #expect(player.open(file) == PINSTRIPE_OK)
    #expect(player.xor(payload, at: 0) == (PINSTRIPE_OK, content))
    let second = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: 256)
    defer { second.deallocate() }
    second.initialize(repeating: 0xDD)
    for size in [0, 255, -1] {
      let status = pinstripe_set_work(player.decoder, second.baseAddress, size)
      #expect(status == PINSTRIPE_E_WORK_SIZE, "\(size)")
    }
    #expect(pinstripe_set_work(player.decoder, second.baseAddress, 256) == PINSTRIPE_OK)
    #expect(player.work.allSatisfy { $0 == 0 }, "the former one holds no keystream")
    player.work.update(repeating: 0x77)
    #expect(player.xor(payload, at: 0) == (PINSTRIPE_OK, content))
    #expect(player.work.allSatisfy { $0 == 0x77 }, "and is let go")
    pinstripe_wipe(player.decoder)
    #expect(second.allSatisfy { $0 == 0 })
  }

  @Test func wipesEverything() {
    #expect(player.open(file) == PINSTRIPE_OK)
    #expect(player.xor(payload, at: 0) == (PINSTRIPE_OK, content))
    #expect(player.keys.heldPlaces == [PINSTRIPE_KEY_CONTENT, PINSTRIPE_KEY_STRIPE])
    pinstripe_wipe(player.decoder)
    #expect(player.isWiped)
    #expect(player.work.allSatisfy { $0 == 0 })
    #expect(player.keys.heldPlaces.isEmpty)
    #expect(player.keys.key(at: .root) != nil, "the integrator's keys are the integrator's")
    #expect(player.keys.key(at: .firstWrap) != nil)
    // And opens again.
    #expect(player.open(file) == PINSTRIPE_OK)
    #expect(player.xor(payload, at: 0) == (PINSTRIPE_OK, content))
  }

  /// Two contexts with a provider each.
  @Test func contextsAreIndependent() throws {
    let other = Player()
    #expect(other.insert(keybox: base.keybox.bytes) == PINSTRIPE_OK)
    #expect(player.open(file) == PINSTRIPE_OK)
    #expect(other.open(file) == PINSTRIPE_OK)
    #expect(pinstripe_seek(other.decoder, 50) == PINSTRIPE_OK)
    pinstripe_wipe(other.decoder)
    #expect(player.xor(payload, at: 0) == (PINSTRIPE_OK, content))
  }
}

extension pinstripe_keybox {
  static var ofThisABI: pinstripe_keybox {
    var box = pinstripe_keybox()
    box.struct_size = UInt32(MemoryLayout<pinstripe_keybox>.size)
    box.abi_version = PINSTRIPE_ABI_VERSION
    return box
  }
}
