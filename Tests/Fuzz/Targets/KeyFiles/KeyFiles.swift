@_spi(Fuzzing) import PinstripeKeys

/// Keyboxes and playback key files: what is read must be written back to the same bytes.
///
/// The first byte chooses the kind. The others are a file as it is, and once more differences from a
/// file that is sound: a fuzzer does not find 128 bytes with a magic number by itself.
@c(LLVMFuzzerTestOneInput)
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  guard count >= 1 else { return 0 }
  let input = Array(UnsafeBufferPointer(start: start + 1, count: count - 1))
  let isKeybox = start[0] & 1 == 0
  for bytes in [input, changed(isKeybox, by: input)] {
    guard isKeybox ? FuzzedKeys.keybox(bytes) : FuzzedKeys.playbackKey(bytes) else {
      fatalError("\(isKeybox ? "a keybox" : "a playback key") is not written as it was read")
    }
  }
  return 0
}

/// Version 1, a TEST device, epoch 1, and zeros; the checksum is made right behind the entry.
private func changed(_ isKeybox: Bool, by input: [UInt8]) -> [UInt8] {
  var file = [UInt8](repeating: 0, count: 128)
  let letter = UInt8(ascii: isKeybox ? "K" : "P")
  file.replaceSubrange(0..<8, with: [0x89, 0x50, 0x53, letter, 0x0D, 0x0A, 0x1A, 0x0A])
  for offset in [8, 10, 12] { file[offset] = 1 }
  for (offset, byte) in input.prefix(128).enumerated() { file[offset] ^= byte }
  return file
}
