import PinstripeMTP
import PinstripeProfile

/// What a player sends after a command, cut into transfers and buffers.
///
/// ```
/// byte 0   bit 0: the payload is expected to have 4 GiB + 100 bytes; bits 1-7: the limit in 64 bytes
/// byte 1   bit 0: a byte may stand for a zero-length packet; bit 1: headers may be junk
/// then, again and again:
///   byte   bit 7: a transfer ends behind this buffer; bits 0-6: bytes in it
/// ```
@c(LLVMFuzzerTestOneInput)
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  guard count >= 2 else { return 0 }
  let limit = UInt64(start[0] >> 1) * 64
  let isLarge = start[0] & 1 == 1
  let quirks: [Quirk?] = [
    start[1] & 1 == 1 ? .oneByteInsteadOfZeroLengthPacket : nil,
    start[1] & 2 == 2 ? .tolerateBadResponseHeader : nil,
  ]
  var decoder = ReplyDecoder(
    operation: .getObject, transaction: TransactionID(rawValue: 7),
    limit: isLarge ? .max : limit, expected: isLarge ? 1 << 32 + 100 : nil,
    stale: [TransactionID(rawValue: 5), TransactionID(rawValue: 6)],
    quirks: Set(quirks.compactMap(\.self)))
  var rest = UnsafeRawBufferPointer(start: start, count: count).dropFirst(2)
  var given: UInt64 = 0
  while let head = rest.popFirst(), decoder.response == nil {
    let buffer = rest.prefix(Int(head & 0x7F))
    rest = rest.dropFirst(buffer.count)
    do {
      try decoder.feed(UnsafeRawBufferPointer(rebasing: buffer)) { given += UInt64($0.count) }
      if head & 0x80 != 0 { try decoder.endTransfer() }
    } catch {
      break
    }
  }
  guard given == decoder.received, isLarge || given <= limit else {
    fatalError("\(given) bytes were given, \(decoder.received) counted, \(limit) allowed")
  }
  guard (decoder.response?.parameters.count ?? 0) <= 5 else { fatalError("too many parameters") }
  return 0
}
