/// A secret of a fixed length.
///
/// Its bytes are reached in a closure only. They lie in memory that is kept out of swap space (where
/// the system's limit allows it) and of core dumps, and that is overwritten when the last reference
/// goes. The value shows its length and nothing else when it is printed, dumped or reflected.
public final class SecretBytes: @unchecked Sendable {
  // Sendable although it holds a pointer: nothing writes after `init`.
  private let memory: SecretMemory

  /// How many bytes it has.
  public var count: Int { memory.count }

  /// Makes a secret of `count` bytes, zero until `fill` writes them.
  ///
  /// - Throws: ``KeyError/Code/memory``, ``KeyError/Code/argument`` for a negative count, and what
  ///   `fill` throws; the memory is overwritten then too.
  public init(
    count: Int, fill: (inout MutableSpan<UInt8>) throws(KeyError) -> Void
  ) throws(KeyError) {
    guard count >= 0 else { throw KeyError(.argument, "a secret cannot have a negative length") }
    memory = try SecretMemory(count: count)
    var span = unsafe MutableSpan<UInt8>(
      _unsafeStart: memory.base.assumingMemoryBound(to: UInt8.self), count: count)
    try fill(&span)
  }

  /// Copies bytes; whoever made the original overwrites it.
  ///
  /// - Throws: ``KeyError/Code/memory``.
  public convenience init(copying bytes: Span<UInt8>) throws(KeyError) {
    try self.init(count: bytes.count) { target throws(KeyError) in
      for index in bytes.indices { target[index] = bytes[index] }
    }
  }

  /// Lends the bytes to `body`, which must not let them escape.
  public func withBytes<Result: ~Copyable, Failure: Error>(
    _ body: (Span<UInt8>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let span = unsafe Span<UInt8>(
      _unsafeStart: memory.base.assumingMemoryBound(to: UInt8.self), count: count)
    let result = try body(span)
    withExtendedLifetime(memory) {}
    return result
  }

  /// Whether two secrets are equal, in a time that tells nothing about where they differ.
  public func equals(_ other: SecretBytes) -> Bool {
    withBytes { first in
      other.withBytes { second in first.equalsInConstantTime(second) }
    }
  }
}

extension SecretBytes: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// The length and nothing else.
  public var description: String { "SecretBytes(\(count) bytes)" }
  /// The length and nothing else.
  public var debugDescription: String { description }
  /// No children: `dump` finds nothing.
  public var customMirror: Mirror { Mirror(self, children: EmptyCollection<Mirror.Child>()) }
}

extension Span where Element == UInt8 {
  /// Compares all bytes whatever they are.
  func equalsInConstantTime(_ other: Span<UInt8>) -> Bool {
    guard count == other.count else { return false }
    var difference: UInt8 = 0
    for index in indices { difference |= self[index] ^ other[index] }
    return difference == 0
  }
}
