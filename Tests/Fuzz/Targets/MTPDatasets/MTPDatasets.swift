import PinstripeMTP

/// Every dataset that a player sends.
///
/// The first byte chooses one, the second the type of a value.
/// What parses must be writable, and what was written must read the same.
@c(LLVMFuzzerTestOneInput)
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  guard count >= 2 else { return 0 }
  let bytes = Array(UnsafeBufferPointer(start: start + 2, count: count - 2))
  guard let once = try? rewrite(start[0], start[1], bytes) else { return 0 }
  guard let twice = try? rewrite(start[0], start[1], once), twice == once else {
    fatalError("dataset \(start[0] % 10) does not read as it was written")
  }
  return 0
}

private func rewrite(
  _ kind: UInt8, _ type: UInt8, _ bytes: [UInt8]
) throws(DatasetError) -> [UInt8] {
  switch kind % 10 {
  case 0: return try DeviceInfo(parsing: bytes).encoded
  case 1: return try StorageInfo(parsing: bytes).encoded
  case 2: return try ObjectInfo(parsing: bytes).encoded
  case 3: return CodeArray.encode(try CodeArray.parse32(bytes))
  case 4: return CodeArray.encode(try CodeArray.parse16(bytes))
  case 5: return ObjectPropertyList.encode(try ObjectPropertyList.parse(bytes))
  case 6: return try ObjectPropertyDescription(parsing: bytes).encoded
  case 7:
    let type =
      type == 0xFF
      ? DataType.string : DataType(rawValue: UInt16(type & 0x0F) | UInt16(type & 0x80) << 7)
    return try PropertyValue(parsing: bytes, as: type).encoded
  case 8:
    // A date is a string of a dataset; what it prints must be a date again.
    let text = String(decoding: bytes, as: UTF8.self)
    guard let date = MTPDate(text) else { return [] }
    return Array(date.description.utf8)
  default:
    let event = Event(parsing: bytes)
    let status = DeviceStatus(bytes)
    let message = Message(bytes)
    guard (event?.parameters.count ?? 0) <= 3, (status?.haltedEndpoints.count ?? 0) <= 3,
      (message?.parameters.count ?? 0) <= 5
    else { fatalError("more parameters than there can be") }
    return []
  }
}
