import PinstripeProfile
import PinstripeProfiles

/// Profile files, of which people may get some from anywhere.
///
/// The bytes are a file as it is, and once more choices of values for a file of the right form. What is
/// read must keep to the ranges that the transports rely on, and must be the same when it is written to
/// a file and read again. What is refused is refused with a place in the file or a key.
@c(LLVMFuzzerTestOneInput)
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  let bytes = Array(UnsafeBufferPointer(start: start, count: count))
  judge(bytes)
  judge(Array(expand(bytes).utf8))
  return 0
}

private func judge(_ bytes: [UInt8]) {
  do throws(ProfileError) {
    let profile = try DeviceProfile(reading: bytes, file: "fuzz.json")
    check(profile)
    let file = json(profile)
    guard let again = try? DeviceProfile(reading: Array(file.utf8), file: "fuzz.json"),
      again == profile
    else { fatalError("does not read as it was written: \(file)") }
  } catch {
    let lines = bytes.count { $0 == 0x0A } + 1
    guard error.file == "fuzz.json", !error.reason.isEmpty,
      error.line > 0
        ? error.line <= lines && 1...bytes.count + 1 ~= error.column : error.column == 0
    else { fatalError("\(error)") }
  }
}

/// A profile file of all keys, whose values the bytes choose, one after the other.
private func expand(_ input: [UInt8]) -> String {
  var rest = input[...]
  func pick(_ values: [String]) -> String {
    values[Int(rest.popFirst() ?? 0) % values.count]
  }
  func object(_ members: KeyValuePairs<String, [String]>) -> String {
    let chosen = members.map { (key: $0.key, value: pick([""] + $0.value)) }
    return "{"
      + chosen.filter { !$0.value.isEmpty }.map { "\"\($0.key)\": \($0.value)" }
      .joined(separator: ", ") + "}"
  }
  let numbers = [
    "0", "1", "10", "16", "17", "47", "48", "99", "100", "254", "255", "256", "16383", "16384",
    "65535", "65536", "600000", "600001", "1048576", "1049600", "9223372036854775807",
    "9223372036854775808", "-1", "1.0",
  ]
  let texts = ["\"\"", "\"Music\"", "\"..\"", "\"a/b\"", "\"\\u0007\"", "\"\\u00e4\"", "1"]
  let protection = object([
    "stride": numbers, "phase": numbers, "suite": ["\"chacha20\"", "\"aes-128-ctr\"", "\"\""],
  ])
  let storage = object([
    "musicFolder": texts, "maximumNameLength": numbers, "maximumNameBytes": numbers,
    "forbiddenCharacters": texts, "maximumObjectSize": numbers, "trackFormat": numbers,
  ])
  let transfer = object([
    "chunkSize": numbers, "queueDepth": numbers, "postsReceivesEarly": ["true", "false", "0"],
    "responseTimeoutMilliseconds": numbers, "dataTimeoutMilliseconds": numbers,
  ])
  let quirks = ["\"no-rename\"", "\"wrapped-size\"", "\"none\""]
  let mode = object([
    "protocol": ["\"mtp\""], "usb": ["\"1d6b:0100\"", "\"1D6B:0100\""], "product": texts,
  ])
  return """
    {"schema": 1, "id": "fuzz", "name": \(pick(texts)), "modes": [\(mode)],
    "protection": \(protection), "storage": \(storage), "transfer": \(transfer),
    "quirks": [\(pick(quirks)), \(pick(quirks))], "evidence": [\(pick(texts))]}
    """
}

private func check(_ profile: DeviceProfile) {
  let (protection, storage, transfer) = (profile.protection, profile.storage, profile.transfer)
  guard profile.id == "fuzz", protection.phase < protection.stride, 1...2 ~= protection.suite,
    48...254 ~= storage.maximumNameLength, 48...255 ~= storage.maximumNameBytes,
    storage.maximumObjectSize > 0, storage.maximumObjectSize <= Int64.max,
    !storage.musicFolder.contains("/"), storage.musicFolder != "..",
    16_384...1_048_576 ~= transfer.chunkSize, transfer.chunkSize % 1024 == 0,
    1...16 ~= transfer.queueDepth, 100...600_000 ~= transfer.responseTimeoutMilliseconds,
    100...600_000 ~= transfer.dataTimeoutMilliseconds, profile.quirks.isSubset(of: Quirk.known)
  else { fatalError("out of range: \(profile)") }
}

private func json(_ profile: DeviceProfile) -> String {
  let (protection, storage, transfer) = (profile.protection, profile.storage, profile.transfer)
  let modes = profile.matches.map { match in
    """
    {"protocol": "mtp", "usb": "\(hex(match.vendorID)):\(hex(match.productID))"\
    \(match.manufacturer.map { ", \"manufacturer\": " + quoted($0) } ?? "")\
    \(match.product.map { ", \"product\": " + quoted($0) } ?? "")}
    """
  }
  return """
    {"schema": 1, "id": "fuzz", "name": \(quoted(profile.name)), "evidence": ["a fuzzer"],
    "modes": [\(modes.joined(separator: ", "))], "decoder": "\(profile.decoder.rawValue)",
    "protection": {"stride": \(protection.stride), "phase": \(protection.phase),
      "suite": "\(protection.suite == 1 ? "chacha20" : "aes-128-ctr")"},
    "storage": {"musicFolder": \(quoted(storage.musicFolder)),
      "maximumNameLength": \(storage.maximumNameLength),
      "maximumNameBytes": \(storage.maximumNameBytes),
      "forbiddenCharacters": \(quoted(storage.forbiddenCharacters)),
      "maximumObjectSize": \(storage.maximumObjectSize), "trackFormat": \(storage.trackFormat)},
    "transfer": {"chunkSize": \(transfer.chunkSize), "queueDepth": \(transfer.queueDepth),
      "postsReceivesEarly": \(transfer.postsReceivesEarly),
      "responseTimeoutMilliseconds": \(transfer.responseTimeoutMilliseconds),
      "dataTimeoutMilliseconds": \(transfer.dataTimeoutMilliseconds)},
    "quirks": [\(profile.quirks.map { quoted($0.rawValue) }.sorted().joined(separator: ", "))]}
    """
}

private func hex(_ number: UInt16) -> String {
  let digits = String(number, radix: 16)
  return String(repeating: "0", count: 4 - digits.count) + digits
}

private func quoted(_ text: String) -> String {
  var quoted = "\""
  for scalar in text.unicodeScalars {
    switch scalar {
    case "\"", "\\": quoted += "\\\(scalar)"
    case _ where scalar.value < 0x20: quoted += "\\u00" + hex(UInt16(scalar.value)).suffix(2)
    default: quoted.unicodeScalars.append(scalar)
    }
  }
  return quoted + "\""
}
