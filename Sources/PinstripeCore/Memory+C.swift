import CPinstripe

// C's fixed arrays are tuples in Swift; these cross over without naming 32 members.

/// Whether a struct that crosses the ABI says that it has this size, and this ABI's version.
@unsafe
func isOfThisABI(_ table: UnsafeRawPointer, _ size: Int) -> Bool {
  unsafe table.assumingMemoryBound(to: UInt8.self).littleEndian64(at: 0)
    == UInt64(bytes: size) | UInt64(PINSTRIPE_ABI_VERSION) << 32
}

extension UnsafePointer where Pointee == pinstripe_keybox {
  /// The 16 bytes of the device id.
  @unsafe var deviceID: UnsafePointer<UInt8> {
    unsafe bytes(of: &UnsafeMutablePointer(mutating: self).pointee.device_id)
  }

  /// The 32 bytes of the epoch salt.
  @unsafe var epochSalt: UnsafePointer<UInt8> {
    unsafe bytes(of: &UnsafeMutablePointer(mutating: self).pointee.epoch_salt)
  }

  /// Where an array of memory that outlives the call starts.
  private func bytes<CArray: BitwiseCopyable>(of array: inout CArray) -> UnsafePointer<UInt8> {
    unsafe withUnsafeMutablePointer(to: &array) { array in
      unsafe UnsafePointer<UInt8>(UnsafeRawPointer(array).assumingMemoryBound(to: UInt8.self))
    }
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

/// Copies between buffers that are the same, or do not overlap.
@inline(never)
func copy(_ source: UnsafePointer<UInt8>, to target: UnsafeMutablePointer<UInt8>, _ count: Int) {
  // A negative count, which nobody passes, would trap.
  guard count > 0, unsafe source != UnsafePointer(target) else { return }
  unsafe UnsafeMutableRawPointer(target).copyMemory(from: source, byteCount: count)
}

/// Overwrites memory of the caller's, which outlives the call, so that no compiler drops it.
@inline(never)
func wipe(_ bytes: UnsafeMutablePointer<UInt8>, _ count: Int) {
  guard count > 0 else { return }
  unsafe bytes.initialize(repeating: 0, count: count)
}
