import CPinstripe

// C's fixed arrays are tuples in Swift; these cross over without naming 32 members.

/// Lends a C array's bytes.
func withBytes<CArray: BitwiseCopyable>(
  of array: CArray, _ body: (Span<UInt8>) throws(TrackError) -> Void
) throws(TrackError) {
  try unsafe withUnsafeBytes(of: array) { bytes throws(TrackError) in
    try unsafe body(bytes.assumingMemoryBound(to: UInt8.self).span)
  }
}

extension pinstripe_recipient {
  /// The key id as the little-endian number that it is in a slot.
  var id: UInt64 {
    get {
      unsafe withUnsafeBytes(of: key_id) { bytes in
        unsafe UInt64(littleEndian: bytes.loadUnaligned(as: UInt64.self))
      }
    }
    set {
      unsafe withUnsafeMutableBytes(of: &key_id) { bytes in
        unsafe bytes.storeBytes(of: newValue.littleEndian, as: UInt64.self)
      }
    }
  }
}

/// Overwrites a C array from memory that holds as many bytes.
func copy<CArray: BitwiseCopyable>(_ bytes: UnsafePointer<UInt8>, to array: inout CArray) {
  unsafe array = UnsafeRawPointer(bytes).loadUnaligned(as: CArray.self)
}

/// Copies between buffers that are the same or do not overlap.
func copy(_ source: UnsafePointer<UInt8>, to target: UnsafeMutablePointer<UInt8>, _ count: Int) {
  unsafe UnsafeMutableRawPointer(target).copyMemory(from: source, byteCount: count)
}

/// Overwrites memory of the caller's, which outlives the call, so that no compiler drops it.
func wipe(_ bytes: UnsafeMutablePointer<UInt8>, _ count: Int) {
  unsafe bytes.initialize(repeating: 0, count: count)
}
