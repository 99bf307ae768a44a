import CPinstripe

/// Where a track's bytes are: a file, a flash chip, an object on a player.
public protocol TrackStorage {
  /// The size of the whole file, in bytes.
  var size: UInt64 { get }

  /// Reads exactly as many bytes as `bytes` holds, from `offset` on.
  ///
  /// - Throws: ``TrackError/storage`` when it cannot.
  mutating func read(at offset: UInt64, into bytes: inout MutableSpan<UInt8>) throws(TrackError)
}

extension TrackStorage {
  /// Reads into memory that has room for `count` bytes.
  @inline(never) @unsafe
  mutating func read(
    at offset: UInt64, _ count: Int, to target: UnsafeMutablePointer<UInt8>
  ) throws(TrackError) {
    var bytes = unsafe UnsafeMutableBufferPointer(start: target, count: count).mutableSpan
    try read(at: offset, into: &bytes)
  }
}

/// The storage that a firmware hands over as a C table.
@safe
struct FirmwareStorage: TrackStorage {
  private let table: UnsafePointer<pinstripe_storage>

  /// Wraps a table that outlives this value.
  ///
  /// - Throws: ``TrackError/abi``.
  init(_ table: UnsafePointer<pinstripe_storage>) throws(TrackError) {
    guard unsafe isOfThisABI(table, MemoryLayout<pinstripe_storage>.size) else { throw .abi }
    unsafe self.table = unsafe table
  }

  var size: UInt64 { unsafe table.pointee.size }

  func read(at offset: UInt64, into bytes: inout MutableSpan<UInt8>) throws(TrackError) {
    guard let length = UInt32(exactly: bytes.count) else { throw .argument }
    let status = unsafe bytes.withUnsafeMutableBufferPointer { bytes in
      guard let base = bytes.baseAddress else { return TrackError.storage.status }
      return unsafe table.pointee.read(table.pointee.state, offset, base, length)
    }
    guard status == PINSTRIPE_OK else { throw .storage }
  }
}
