import Pinstripe

/// A track's metadata, as it is once it is decrypted.
///
/// First the bytes as they are. Then as a list of fields, each a number, a length and a value, of which
/// is known beforehand whether it may be read and what must come of it.
@c(LLVMFuzzerTestOneInput)
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  let input = Array(UnsafeBufferPointer(start: start, count: count))
  if let metadata = TrackMetadata(decoding: input) { check(metadata, input.count) }

  let fields = expand(input)
  let metadata = TrackMetadata(decoding: fields.flatMap(\.bytes))
  let once: Set<UInt16> = [1, 2, 3, 4, 16, 17]
  let numbers = fields.map(\.number).filter(once.contains)
  let isSound =
    Set(numbers).count == numbers.count
    && fields.allSatisfy { $0.number != 17 || $0.value.count == 32 }
  guard isSound == (metadata != nil) else {
    fatalError("\(isSound ? "refused" : "read"): \(fields)")
  }
  guard let metadata else { return 0 }
  check(metadata, fields.reduce(0) { $0 + $1.bytes.count })
  let kept = fields.filter { field in
    ![1, 2, 3, 16, 17].contains(field.number)
      && (![5, 7].contains(field.number) || field.value.contains(0))
  }
  guard metadata.others.map(\.value) == kept.map(\.value),
    metadata.others.map(\.number) == kept.map(\.number),
    metadata.contentDigest == value(17, in: fields),
    metadata.title == value(1, in: fields).map({ String(decoding: $0, as: UTF8.self) }),
    metadata.sourceName == value(16, in: fields).map({ String(decoding: $0, as: UTF8.self) })
  else { fatalError("other fields than were written: \(metadata)") }
  return 0
}

/// What was read says the same when it is written again, and is hardly longer than what it came from.
private func check(_ metadata: TrackMetadata, _ count: Int) {
  guard let again = try? metadata.encoded(), again.count <= 3 * count,
    TrackMetadata(decoding: again) == metadata
  else { fatalError("does not read as it was written: \(metadata)") }
}

private func value(_ number: UInt16, in fields: [Field]) -> [UInt8]? {
  fields.first { $0.number == number }?.value
}

private struct Field {
  let number: UInt16
  let value: [UInt8]

  var bytes: [UInt8] {
    [UInt8(number & 0xFF), UInt8(number >> 8), 0, 0, UInt8(value.count), 0, 0, 0] + value
  }
}

/// A byte of number, 0 to 31, a byte of length, and the value; a 17 has 32 bytes more often than not.
private func expand(_ input: [UInt8]) -> [Field] {
  var fields: [Field] = []
  var rest = input[...]
  while rest.count >= 2 {
    let number = UInt16(rest.removeFirst())
    let length = Int(rest.removeFirst())
    let value = Array(rest.prefix(number == 0x31 ? 32 : length))
    rest = rest.dropFirst(value.count)
    fields.append(Field(number: number & 0x1F, value: value))
  }
  return fields
}
