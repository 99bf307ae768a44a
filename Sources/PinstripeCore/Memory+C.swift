import CPinstripe

// C's fixed arrays are tuples in Swift; these cross over without naming 32 members.

extension InlineArray where Element == UInt8 {
  /// The first bytes of a C array of `count` bytes or more.
  static func first<CArray>(of array: CArray) -> Self {
    unsafe withUnsafeBytes(of: array) { bytes in
      InlineArray { index in unsafe index < bytes.count ? bytes[index] : 0 }
    }
  }

  /// Overwrites the start of a C array with these bytes, as many as fit.
  func copy<CArray>(to array: inout CArray) {
    unsafe withUnsafeMutableBytes(of: &array) { bytes in
      var index = 0
      while index < count && index < bytes.count {
        unsafe bytes[index] = self[index]
        index &+= 1
      }
    }
  }
}

/// Overwrites memory of the caller's, which outlives the call, so that no compiler drops it.
func wipe(_ bytes: UnsafeMutablePointer<UInt8>, _ count: Int) {
  unsafe bytes.update(repeating: 0, count: count)
}
