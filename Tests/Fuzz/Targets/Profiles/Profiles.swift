import PinstripeProfile
import PinstripeProfiles

/// Profile files, of which people may get some from anywhere.
///
/// The bytes are a file as it is, and once more choices of values for a file of the right form. What is
/// read must keep to the ranges that the transports rely on, and must be the same when it is written to
/// a file and read again. What is refused is refused with a place in the file.
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
    let file = profile.fileText
    guard let again = try? DeviceProfile(reading: Array(file.utf8), file: "fuzz.json"),
      again == profile
    else { fatalError("does not read as it was written: \(file)") }
  } catch {
    let lines = bytes.count { $0 == 0x0A } + 1
    guard error.file == "fuzz.json", !error.reason.isEmpty,
      1...lines ~= error.line, 1...bytes.count + 1 ~= error.column
    else { fatalError("\(error)") }
  }
}

/// A profile file of all sections, whose values the bytes choose, one after the other.
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
    "0", "1", "10", "16", "17", "47", "48", "99", "100", "254", "255", "256", "4096", "4097",
    "16383", "16384", "65535", "65536", "600000", "600001", "1048576", "1049600",
    "9223372036854775807", "9223372036854775808", "-1", "1.0",
  ]
  let texts = [
    "\"\"", "\"Music\"", "\"..\"", "\"a/b\"", "\"\\u0007\"", "\"\\u00e4\"", "\"*\"", "\"a*?\"", "1",
  ]
  let versions = ["\"0000\"", "\"0123\"", "\"ffff\"", "\"12\"", "\"V01.02.9P\"", "\"x\""]
  let rates = object(["minimum": numbers, "maximum": numbers, "values": ["[1000, 8000]", "[]"]])
  let mode = object([
    "protocol": ["\"mtp\"", "\"mass-storage\""], "usb": ["\"1d6b:0100\"", "\"1D6B:0100\""],
    "product": texts, "serialPattern": texts,
    "bcdDevice": [object(["minimum": versions, "maximum": versions])],
    "deviceInfo": [
      object(["model": texts, "oldestFirmware": versions, "newestFirmware": versions])
    ],
  ])
  let pattern = object([
    "pattern": ["\"every\"", "\"full\"", "\"none\""], "stride": numbers, "phase": numbers,
  ])
  let sections = object([
    "modes": ["[\(mode)]", "[\(mode), \(mode)]"], "decoder": ["\"none\"", "\"pinstripe\""],
    "switching": [object(["mtp": texts, "mass-storage": texts])],
    "mtp": [object(["lacks": ["[\"move-object\"]", "[1]"], "maximumStringLength": numbers])],
    "formats": ["{\"mp3\": {\"sampleRates\": \(rates)}, \"ogg\": {\"bitRates\": \(rates)}}"],
    "protection": [
      object([
        "stride": numbers, "phase": numbers, "suite": ["\"chacha20\"", "\"aes-128-ctr\"", "\"\""],
        "keySlots": numbers, "formats": ["{\"wav\": \(pattern)}"],
      ])
    ],
    "storage": [
      object([
        "musicFolder": texts, "maximumNameLength": numbers, "maximumNameBytes": numbers,
        "forbiddenCharacters": texts, "maximumDepth": numbers, "maximumObjects": numbers,
        "maximumObjectSize": numbers, "trackFormat": numbers, "characters": ["\"bmp\"", "\"x\""],
      ])
    ],
    "transfer": [
      object([
        "chunkSize": numbers, "queueDepth": numbers, "postsReceivesEarly": ["true", "false", "0"],
        "responseTimeoutMilliseconds": numbers, "dataTimeoutMilliseconds": numbers,
      ])
    ],
    "art": [
      object(["formats": ["[\"png\"]", "[]"], "maximumWidth": numbers, "fileName": texts])
    ],
    "playlists": [
      "{\"mtp\": \(object(["kind": ["\"m3u\"", "\"pls\""], "folder": texts]))}"
    ],
    "cpu": [object(["decryptionBudget": numbers, "hasAES": ["true", "1"]])],
    "quirks": ["[\"no-rename\", \"wrapped-size\"]", "[\"none\"]", "[]"],
  ])
  return """
    {"schema": 1, "id": "fuzz", "name": \(pick(texts)),
    "evidence": [{"source": \(pick(texts)), "facts": [\(pick(texts))]}], \(sections.dropFirst())
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
    100...600_000 ~= transfer.dataTimeoutMilliseconds, profile.quirks.isSubset(of: Quirk.known),
    1...16 ~= protection.keySlots, 1...32 ~= storage.maximumDepth,
    protection.formats.values.allSatisfy({ $0.phase < $0.stride }),
    16...254 ~= profile.mtp.maximumStringLength, !profile.art.fileName.isEmpty
  else { fatalError("out of range: \(profile)") }
}
