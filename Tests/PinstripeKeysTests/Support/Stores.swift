import Foundation
import Synchronization

@testable import PinstripeKeys

/// Cheap enough for hundreds of stores.
let quick: ScryptCost = {
  guard let cost = try? ScryptCost(log2N: 4, r: 1, p: 1) else { return .standard }
  return cost
}()

func secret(_ text: String) throws(KeyError) -> SecretBytes {
  try SecretBytes(copying: Array(text.utf8).span)
}

func passphrase(_ text: String = "open sesame") throws(KeyError) -> KeyStoreLock {
  .passphrase(try secret(text), cost: quick)
}

/// Fails file calls by number: the n-th, or the n-th and all after it as when the power goes.
final class Faults: Sendable {
  private let count = Mutex(0)
  private let failing: Range<Int>
  private let number: Int32

  init(_ failing: Range<Int>, number: Int32) {
    self.failing = failing
    self.number = number
  }

  /// How many calls were made.
  var calls: Int { count.withLock { $0 } }

  var fileCalls: FileCalls {
    FileCalls { [self] _ in
      count.withLock { count in
        defer { count += 1 }
        return failing.contains(count) ? number : nil
      }
    }
  }
}
