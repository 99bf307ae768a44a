import Glibc
import Pinstripe
import PinstripeCore
import PinstripeKeys
import TestTools

/// A device's keys, and a folder to pack into.
final class Bench {
  let folder = TemporaryFolder()
  let keybox: Keybox
  let key: WrappingKey

  init() throws {
    keybox = try Keybox.makeTest()
    key = try keybox.playbackKey(name: "Test").wrappingKey()
  }

  /// The keybox as a file, for the reference.
  func keyboxFile() throws -> String {
    let path = folder("device.keybox")
    try SecretFile.write(try keybox.encoded(), to: path, replacing: true)
    return path
  }

  func recipe(
    every stride: UInt16 = 10, phase: UInt16 = 0, _ suite: CipherSuite = .chacha20
  ) throws -> TrackRecipe {
    TrackRecipe(
      pattern: try StripePattern(every: stride, phase: phase), suite: suite, recipients: [key])
  }

  /// Packs content into a file of the folder, and returns its path.
  @discardableResult
  func pack(
    _ content: [UInt8], _ recipe: TrackRecipe? = nil, as name: String = "track.pst"
  ) throws -> String {
    _ = try Packing.pack(
      MemorySource(content), recipe: recipe ?? self.recipe(), to: folder(name))
    return folder(name)
  }

  /// Makes a track as pipes and players get it, by reads of a certain size.
  func stream(
    _ content: [UInt8], _ recipe: TrackRecipe? = nil, length: UInt64?? = nil, reads: Int = 65_536
  ) throws -> [UInt8] {
    let source = MemorySource(content, length: length ?? UInt64(content.count))
    return try TrackStream(source, recipe: recipe ?? self.recipe()).bytes(reads: reads)
  }

  /// Decrypts a track by reads of a certain size.
  func content(of path: String, keys: [WrappingKey]? = nil, reads: Int = 100_000) throws -> [UInt8]
  {
    let track = try TrackFile(path: path, keys: keys ?? [key])
    return try track.bytes(from: 0, reads: reads)
  }
}

/// Content in memory.
struct MemorySource: MediaSource {
  var name = "song.mp3"
  var length: UInt64?
  /// The most bytes that one read gives, as with pipes.
  var most = Int.max
  private let bytes: [UInt8]

  init(_ bytes: [UInt8]) {
    self.init(bytes, length: UInt64(bytes.count))
  }

  /// A source that says another length than it has; nil says none.
  init(_ bytes: [UInt8], length: UInt64?) {
    self.bytes = bytes
    self.length = length
  }

  func read(
    at offset: UInt64, into buffer: UnsafeMutableRawBufferPointer
  ) throws(PinstripeError) -> Int {
    let part = bytes.dropFirst(Int(offset)).prefix(min(buffer.count, most))
    buffer.copyBytes(from: part)
    return part.count
  }
}

/// A source that fails at an offset.
struct FailingSource: MediaSource {
  let name = "bad.mp3"
  let length: UInt64?
  let failsAt: UInt64

  func read(
    at offset: UInt64, into buffer: UnsafeMutableRawBufferPointer
  ) throws(PinstripeError) -> Int {
    guard offset < failsAt else { throw PinstripeError(.noInput, "bad.mp3 cannot be read.") }
    return min(buffer.count, Int(failsAt - offset))
  }
}

extension ByteStream {
  /// All bytes, by reads of a certain size; the first is as large as it has to be.
  func bytes(reads size: Int) throws -> [UInt8] {
    var bytes: [UInt8] = []
    var isFirst = true
    while true {
      let wanted = isFirst ? max(size, TrackStream.minimumBuffer) : size
      isFirst = false
      var part = [UInt8](repeating: 0xEE, count: wanted)
      let count = try part.withUnsafeMutableBytes { buffer in try read(into: buffer) }
      bytes += part[..<count]
      if count < wanted { return bytes }
    }
  }
}

extension MediaSource {
  /// The bytes from an offset on, by reads of a certain size.
  func bytes(from start: UInt64, reads size: Int) throws -> [UInt8] {
    var source = self
    var bytes: [UInt8] = []
    var part = [UInt8](repeating: 0, count: size)
    while true {
      let count = try part.withUnsafeMutableBytes { buffer in
        try source.read(at: start + UInt64(bytes.count), into: buffer)
      }
      if count == 0 { return bytes }
      bytes += part[..<count]
    }
  }
}

/// The error of a call that must fail with a `PinstripeError`.
func failure(_ body: () throws -> Void) -> PinstripeError? {
  do {
    try body()
    return nil
  } catch {
    return error as? PinstripeError
  }
}

extension [UInt8] {
  /// A little-endian number of so many bytes.
  func number(at offset: Int, _ size: Int) -> UInt64 {
    self[offset..<offset + size].reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }
}

/// A thread that has to run beside a call that blocks.
final class Thread {
  private var thread = pthread_t()

  init(_ body: @escaping @Sendable () -> Void) {
    let box = Unmanaged.passRetained(Box(body))
    pthread_create(
      &thread, nil,
      { argument in
        if let argument { Unmanaged<Box>.fromOpaque(argument).takeRetainedValue().body() }
        return nil
      }, box.toOpaque())
  }

  /// Waits for its end.
  func join() {
    pthread_join(thread, nil)
  }

  private final class Box: Sendable {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }
}
