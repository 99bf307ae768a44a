import Glibc

/// Compares what a player holds with what a stream makes, piece by piece.
final class PartComparison {
  private(set) var agrees = true
  /// Bytes that agree, or that at least nobody has to read once more.
  private(set) var compared: UInt64 = 0
  /// Of these, those in whole pieces.
  private var whole: UInt64 = 0
  private let tap: StreamTap
  private var piece: [UInt8] = []
  private var used = 0
  /// What is sent again when a piece is cut off or damaged.
  private static let pieceSize = 65_536

  init(_ tap: StreamTap) {
    self.tap = tap
  }

  func take(_ bytes: UnsafeRawBufferPointer) throws(PinstripeError) {
    var rest = bytes[...]
    while agrees, !rest.isEmpty {
      if used == piece.count {
        whole += UInt64(piece.count)
        try next()
        guard !piece.isEmpty else {
          agrees = false
          return
        }
      }
      let count = min(rest.count, piece.count - used)
      let there = UnsafeRawBufferPointer(rebasing: rest.prefix(count))
      agrees = piece[used..<used + count].withUnsafeBytes { made in
        guard let made = made.baseAddress, let there = there.baseAddress else { return false }
        return memcmp(there, made, count) == 0
      }
      used += count
      compared += UInt64(count)
      rest = rest.dropFirst(count)
    }
  }

  /// Gives what was not wholly there back to the stream, and says where it begins.
  func finish() -> UInt64 {
    if agrees, used == piece.count {
      whole += UInt64(piece.count)
    } else {
      tap.giveBack(piece)
    }
    return whole
  }

  private func next() throws(PinstripeError) {
    var bytes = [UInt8](repeating: 0, count: Self.pieceSize)
    var span = bytes.mutableSpan
    let count = try span.withUnsafeMutableBytes { buffer throws(PinstripeError) in
      try tap.read(into: buffer)
    }
    bytes.removeLast(bytes.count - count)
    piece = bytes
    used = 0
  }
}
