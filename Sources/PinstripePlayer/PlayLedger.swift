public import CPinstripe

/// What a device keeps of rights: how often it played by each, and the latest time it saw.
///
/// Kept in a file of this layout, little-endian:
/// ```
/// 0 magic 8   8 version 2   10 zero 2   12 entries n 4   16 writes 8   24 latest time 8
/// 32 device id 16   48 n × (rights id 16, plays 4, zero 4)   then a tag 32
/// magic: 89 50 53 43 0D 0A 1A 0A
/// tag: HMAC-SHA256 of all before it under HKDF(DUS, no salt, "pinstripe v1 play counts" ‖ 00)
/// ```
/// The key is the device's, so a state that was edited, or comes from another device, is noticed; an
/// older state of the same device only where there is a ``MonotonicCounter``, which `writes` is held
/// against.
public struct PlayLedger {
  /// Seconds since 1970-01-01 00:00 UTC: no clock that shows less is believed.
  public private(set) var latestTime: UInt64 = 0
  /// How often the state was written.
  public private(set) var writes: UInt64 = 0

  private struct Entry {
    var id: (UInt64, UInt64)
    var plays: UInt32
  }

  private var entries: [Entry] = []
  private let device: (UInt64, UInt64)

  /// The most rights that are counted.
  public static var mostEntries: Int { 4096 }
  /// Bytes of the largest state.
  public static var largestSize: Int { 48 + 24 * mostEntries + 32 }

  /// A device that has played nothing.
  public init(device: pinstripe_keybox) {
    unsafe self.device = withUnsafeBytes(of: device.device_id) { id in
      unsafe id.loadUnaligned(as: (UInt64, UInt64).self)
    }
  }

  /// Reads a state.
  ///
  /// - Parameter counter: The value of the device's ``MonotonicCounter``; nil where there is none.
  /// - Throws: A reason not to believe the state; nothing that it limits may be played then.
  public init(
    _ bytes: [UInt8], device: pinstripe_keybox, key: LedgerKey, counter: UInt64?
  ) throws(LedgerError) {
    self.init(device: device)
    guard bytes.count >= 80, bytes.count <= Self.largestSize,
      bytes.number(at: 0, 8) == Self.magic, bytes.number(at: 10, 2) == 0,
      (bytes.count - 80) % 24 == 0,
      bytes.number(at: 12, 4) == UInt64((bytes.count - 80) / 24)
    else { throw .malformed }
    guard bytes.number(at: 8, 2) == 1 else { throw .version }
    guard try key.tag(of: bytes, count: bytes.count - 32).isEqual(to: bytes, at: bytes.count - 32)
    else { throw .edited }
    let id = (bytes.native(at: 32), bytes.native(at: 40))
    guard id.0 == self.device.0, id.1 == self.device.1 else { throw .otherDevice }
    writes = bytes.number(at: 16, 8)
    latestTime = bytes.number(at: 24, 8)
    // A crash may lie between the writing of a state and the counter's step.
    if let counter {
      guard writes == counter || writes == counter &+ 1 else { throw .outdated }
    }
    for place in stride(from: 48, to: bytes.count - 32, by: 24) {
      entries.append(
        Entry(
          id: (bytes.native(at: place), bytes.native(at: place + 8)),
          plays: UInt32(truncatingIfNeeded: bytes.number(at: place + 16, 4))))
    }
  }

  /// The state as bytes to be stored, counted as one more write.
  ///
  /// - Throws: ``LedgerError/provider``.
  public mutating func sealed(_ key: LedgerKey) throws(LedgerError) -> [UInt8] {
    writes &+= 1
    var bytes: [UInt8] = []
    bytes.reserveCapacity(80 + 24 * entries.count)
    bytes.append(Self.magic, 8)
    bytes.append(1, 4)
    bytes.append(UInt64(entries.count), 4)
    bytes.append(writes, 8)
    bytes.append(latestTime, 8)
    bytes.append(UInt64(littleEndian: device.0), 8)
    bytes.append(UInt64(littleEndian: device.1), 8)
    for entry in entries {
      bytes.append(UInt64(littleEndian: entry.id.0), 8)
      bytes.append(UInt64(littleEndian: entry.id.1), 8)
      bytes.append(UInt64(entry.plays), 8)
    }
    let tag = try key.tag(of: bytes, count: bytes.count)
    for index in 0..<32 { bytes.append(tag.bytes[index]) }
    return bytes
  }

  /// How often was played by these rights.
  public func plays(by rights: pinstripe_rights) -> UInt32 {
    find(rights).map { entries[$0].plays } ?? 0
  }

  /// Counts one play.
  ///
  /// - Throws: ``LedgerError/full`` when there is no room for further rights.
  public mutating func countPlay(by rights: pinstripe_rights) throws(LedgerError) {
    if let index = find(rights) {
      if entries[index].plays < .max { entries[index].plays &+= 1 }
      return
    }
    guard entries.count < Self.mostEntries else { throw .full }
    entries.append(Entry(id: Self.id(of: rights), plays: 1))
  }

  /// The time to judge by: a clock's, unless that went back.
  public mutating func time(by clock: UInt64) -> UInt64 {
    latestTime = max(latestTime, clock)
    return latestTime
  }

  private func find(_ rights: pinstripe_rights) -> Int? {
    let id = Self.id(of: rights)
    for index in 0..<entries.count
    where entries[index].id.0 == id.0 && entries[index].id.1 == id.1 { return index }
    return nil
  }

  private static func id(of rights: pinstripe_rights) -> (UInt64, UInt64) {
    unsafe withUnsafeBytes(of: rights.rights_id) { id in
      unsafe id.loadUnaligned(as: (UInt64, UInt64).self)
    }
  }

  /// The first eight bytes, as a number.
  private static var magic: UInt64 { 0x0A1A_0A0D_4353_5089 }
}

/// Why a state is not believed.
public enum LedgerError: Error {
  /// Not a state, or cut off.
  case malformed
  /// Of a version that this player does not know.
  case version
  /// Its tag fails: edited, damaged, or made with another device's secret.
  case edited
  /// Of another device.
  case otherDevice
  /// The hardware counter has gone on since: an older state was put back.
  case outdated
  /// It counts as many rights as it can.
  case full
  /// The crypto provider failed.
  case provider
}

extension [UInt8] {
  fileprivate func number(at offset: Int, _ width: Int) -> UInt64 {
    var number: UInt64 = 0
    for index in 0..<width { number |= UInt64(self[offset + index]) << UInt64(8 * index) }
    return number
  }

  /// Eight bytes as they lie in memory.
  fileprivate func native(at offset: Int) -> UInt64 {
    number(at: offset, 8).littleEndian
  }

  fileprivate mutating func append(_ number: UInt64, _ width: Int) {
    for index in 0..<width { append(UInt8(truncatingIfNeeded: number >> UInt64(8 * index))) }
  }
}
