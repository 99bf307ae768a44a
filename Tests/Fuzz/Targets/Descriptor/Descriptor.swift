import PinstripeKeys

/// Device descriptors, which lie on storage that anybody writes to: what is read must be what stands
/// there, and can be made again.
///
/// The input is a file as it is, and once more differences from a file that is sound: a fuzzer does not
/// find 128 bytes with a magic number by itself.
@c(LLVMFuzzerTestOneInput)
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  let input = Array(UnsafeBufferPointer(start: start, count: count))
  for bytes in [input, changed(by: input)] {
    guard let descriptor = try? DeviceDescriptor(decoding: bytes.span) else { continue }
    guard descriptor.bytes == bytes, descriptor.epoch > 0, descriptor.version > 0,
      1...16 ~= descriptor.keySlots, descriptor.suites & 6 != 0,
      (try? descriptor.fingerprint())?.count == 39
    else { fatalError("a descriptor is not what stands in its file") }
    let secret = [UInt8](repeating: 7, count: 32)
    guard let secret = try? SecretBytes(copying: secret.span),
      let key = try? PlaybackKey(
        deviceID: descriptor.deviceID, epoch: descriptor.epoch, isTest: descriptor.isTest, name: "",
        secret: secret),
      let made = try? DeviceDescriptor(
        of: key, version: descriptor.version, suites: descriptor.suites,
        formats: descriptor.formats, keySlots: descriptor.keySlots,
        readsFrameMaps: descriptor.readsFrameMaps, publicKey: descriptor.publicKey),
      made.bytes.prefix(96) == bytes.prefix(96), (try? made.verify(with: key)) != nil
    else { fatalError("a descriptor that was read cannot be made") }
  }
  return 0
}

/// Format 1, TEST, epoch 1, version 1, both suites, one key slot, and zeros.
private func changed(by input: [UInt8]) -> [UInt8] {
  var file = [UInt8](repeating: 0, count: 128)
  file.replaceSubrange(0..<8, with: [0x89, 0x50, 0x53, 0x44, 0x0D, 0x0A, 0x1A, 0x0A])
  for offset in [8, 10, 12, 32, 44] { file[offset] = 1 }
  file[36] = 6
  for (offset, byte) in input.prefix(128).enumerated() { file[offset] ^= byte }
  return file
}
