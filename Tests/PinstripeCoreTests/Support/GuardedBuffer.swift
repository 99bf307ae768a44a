import Glibc

/// Memory with a page before and a page behind it that nobody may touch: a program that reads or
/// writes one byte too far ends at once.
final class GuardedBuffer {
  enum Edge: CaseIterable {
    /// The buffer starts where the forbidden page before it ends.
    case front
    /// The buffer ends where the forbidden page behind it starts.
    case back
  }

  let bytes: UnsafeMutableBufferPointer<UInt8>
  private let mapping: UnsafeMutableRawPointer
  private let size: Int
  private static let page = 4096

  init(count: Int, at edge: Edge) {
    let inner = (count + Self.page - 1) / Self.page * Self.page
    size = inner + 2 * Self.page
    guard
      let mapping = mmap(
        nil, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
      mapping != MAP_FAILED,
      mprotect(mapping, Self.page, PROT_NONE) == 0,
      mprotect(mapping + Self.page + inner, Self.page, PROT_NONE) == 0
    else { fatalError("no memory") }
    self.mapping = mapping
    let start = mapping + Self.page + (edge == .front ? 0 : inner - count)
    bytes = UnsafeMutableBufferPointer(
      start: start.assumingMemoryBound(to: UInt8.self), count: count)
  }

  deinit { munmap(mapping, size) }

  convenience init(_ contents: [UInt8], at edge: Edge) {
    self.init(count: contents.count, at: edge)
    _ = bytes.update(fromContentsOf: contents)
  }

  /// Forbids writing from now on.
  func makeReadOnly() {
    guard mprotect(mapping + Self.page, size - 2 * Self.page, PROT_READ) == 0
    else { fatalError("no protection") }
  }

  /// For C, also when the buffer is empty.
  var pointer: UnsafeMutablePointer<UInt8> {
    guard let base = bytes.baseAddress else { fatalError("no buffer") }
    return base
  }
}
