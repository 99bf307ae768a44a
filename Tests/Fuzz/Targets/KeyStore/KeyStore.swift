@_spi(Fuzzing) import PinstripeKeys

/// A key store's file up to its locks, and the records that are in it once it is open.
///
/// ```
/// byte 0   bit 0: records, else a file; bit 1: as they are, else as differences from sound ones
/// then     of a changed file: the body's length, 1 byte
/// then the bytes
/// ```
/// What is read must be written back to the same bytes.
@c(LLVMFuzzerTestOneInput)
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  guard count >= 1 else { return 0 }
  let input = UnsafeBufferPointer(start: start + 1, count: count - 1)
  switch start[0] & 3 {
  case 0: check(FuzzedKeys.keyStore(changedFile(input)), "a key store")
  case 1: check(FuzzedKeys.records(changed(records, by: input[...])), "records")
  case 2: check(FuzzedKeys.keyStore(Array(input)), "a key store as it is")
  default: check(FuzzedKeys.records(Array(input)), "records as they are")
  }
  return 0
}

private func check(_ isSound: Bool, _ what: String) {
  if !isSound { fatalError("\(what): what was read is not written back") }
}

private func changed(_ base: [UInt8], by input: Slice<UnsafeBufferPointer<UInt8>>) -> [UInt8] {
  var bytes = base
  for (offset, byte) in input.prefix(base.count).enumerated() { bytes[offset] ^= byte }
  // What is longer than the base follows it.
  return bytes + input.dropFirst(base.count)
}

/// Magic, version 1, cipher 1, the body's length; a lock of each kind, one of them of a later version.
private func changedFile(_ input: UnsafeBufferPointer<UInt8>) -> [UInt8] {
  let body = input.first ?? 0
  var file = [UInt8](repeating: 0, count: 1088 + Int(body) + 16 + 32)
  file.replaceSubrange(0..<8, with: [0x89, 0x50, 0x53, 0x53, 0x0D, 0x0A, 0x1A, 0x0A])
  for (offset, value) in [
    (8, 1), (10, 1), (12, body), (64, 2), (192, 1), (196, 15), (200, 8), (204, 1), (448, 3),
  ] {
    file[offset] = UInt8(value)
  }
  return changed(file, by: input.dropFirst())
}

/// A device of two epochs, and a record of a later version.
private let records: [UInt8] = {
  var bytes = [UInt8](repeating: 0, count: 8 + 96 + 144)
  for (offset, value) in [(0, 1), (4, 240), (24, 3), (26, 2), (40, 0x41), (104, 1), (108, 1)] {
    bytes[offset] = UInt8(value)
  }
  bytes[176] = 2
  return bytes + [0x10, 0, 7, 7, 3, 0, 0, 0, 1, 2, 3]
}()
