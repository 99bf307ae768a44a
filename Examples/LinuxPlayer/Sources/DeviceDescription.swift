import CPinstripe
import CSystem
import PinstripePlayer

/// `--describe`: writes what this device's decoder takes (DeviceDescriptor.md).
///
/// Which formats it plays depends on the codec units that are there, and is left to the profile.
func describe(_ options: Options, _ keys: borrowing DeviceKeys) -> ExitCode {
  guard let path = options.descriptor else { return .usage }
  do throws(PlayerError) {
    let file = try DescriptorFile.make(
      keys.keybox, version: options.revision, formats: 0, keys.provider,
      place: DeviceKeys.ledgerPlace)
    let fingerprint = try DescriptorFile.fingerprint(of: file, keys.provider)
    let status = file.withUnsafeBufferPointer { system_replace(path, $0.baseAddress, $0.count) }
    guard status == 0 else {
      say("error: ", path, " cannot be written: ")
      say("", strerror(system_error()), "; check its folder.\n")
      return .cannotCreate
    }
    try StandardOutput.write(text(fingerprint).span)
    return .done
  } catch {
    return report(error, file: path)
  }
}

/// Hexadecimal digits in groups of four, as the desktop shows them.
private func text(_ fingerprint: [UInt8]) -> [UInt8] {
  var text: [UInt8] = []
  for (index, byte) in fingerprint.enumerated() {
    if index > 0, index % 2 == 0 { text.append(UInt8(ascii: "-")) }
    for digit in [byte >> 4, byte & 15] {
      text.append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
    }
  }
  return text + [0x0A]
}
