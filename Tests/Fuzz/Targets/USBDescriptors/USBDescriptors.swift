@_spi(Fuzzing) import PinstripeUSB

/// What a device says of itself before anything is claimed.
///
/// The first byte chooses: a configuration, a device descriptor, the kernel's attribute with all of
/// them, a Microsoft OS descriptor, or a configuration that is put together from the bytes.
@c(LLVMFuzzerTestOneInput)
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  guard count >= 1 else { return 0 }
  let bytes = Array(UnsafeBufferPointer(start: start + 1, count: count - 1))
  switch start[0] % 5 {
  case 0: configuration(bytes)
  case 1: device(bytes)
  case 2: attribute(bytes)
  case 3: microsoft(bytes)
  default: configuration(expand(bytes))
  }
  return 0
}

private func require(_ isTrue: Bool, _ what: @autoclosure () -> String) {
  if !isTrue { fatalError(what()) }
}

private func configuration(_ bytes: [UInt8]) {
  guard let found = try? ConfigurationDescriptor(parsing: bytes) else { return }
  let total = Int(bytes[2]) | Int(bytes[3]) << 8
  let endpoints = found.interfaces.map(\.endpoints.count)
  require(
    9 + 9 * endpoints.count + 7 * endpoints.reduce(0, +) <= total && total <= bytes.count,
    "more descriptors than bytes: \(found)")
  require(endpoints.count <= 256 && endpoints.allSatisfy { $0 <= 30 }, "too many: \(found)")
  require(
    found.interfaces.allSatisfy { $0.endpoints.allSatisfy { 0...0x7FF ~= $0.packetSize } },
    "a packet that no field can hold")
  // What stands behind it is not looked at, and what was read can be written.
  for other in [Array(bytes.prefix(total)), bytes + [9, 4], write(found)] {
    require((try? ConfigurationDescriptor(parsing: other)) == found, "reads otherwise: \(other)")
  }
  let all = [UInt8](deviceBytes) + bytes.prefix(total) + write(found)
  require(
    (try? FuzzedDescriptors.configurations(inAttribute: all)) == [found, found],
    "the attribute reads otherwise")
  for interface in FuzzedDescriptors.candidates(in: [found]) { check(interface, in: found) }
}

private func check(_ interface: MTPInterface, in configuration: ConfigurationDescriptor) {
  let endpoints = configuration.interfaces.filter { $0.number == interface.number }
    .flatMap(\.endpoints)
  let own = [interface.bulkOut, interface.bulkIn, interface.interrupt]
  require(
    interface.configuration == configuration.value && own.allSatisfy(endpoints.contains),
    "an interface that is not there")
  require(
    own.map(\.isIn) == [false, true, true] && own.map(\.kind) == [.bulk, .bulk, .interrupt]
      && own.allSatisfy { 1...1024 ~= $0.packetSize && $0.address & 0x0F != 0 },
    "endpoints that no MTP interface has")
}

private func device(_ bytes: [UInt8]) {
  guard let found = try? DeviceDescriptor(parsing: bytes) else { return }
  require(bytes.count >= 18 && bytes[0] >= 18 && bytes[1] == 1, "no device descriptor")
  require(
    found.vendorID == UInt16(bytes[8]) | UInt16(bytes[9]) << 8
      && found.productID == UInt16(bytes[10]) | UInt16(bytes[11]) << 8
      && found.configurationCount == bytes[17], "other fields than are there")
  require(
    (try? DeviceDescriptor(parsing: bytes + [0])) == found, "what follows is looked at")
}

private func attribute(_ bytes: [UInt8]) {
  guard let found = try? FuzzedDescriptors.configurations(inAttribute: bytes) else { return }
  require(found.count <= 8 && 9 * found.count <= bytes.count, "too many configurations")
  let again = deviceBytes + found.flatMap(write)
  require(
    (try? FuzzedDescriptors.configurations(inAttribute: again)) == found,
    "the attribute does not read as it was written")
  for interface in FuzzedDescriptors.candidates(in: found) {
    require(found.contains { $0.value == interface.configuration }, "no such configuration")
  }
}

private func microsoft(_ bytes: [UInt8]) {
  if FuzzedDescriptors.microsoftVendorCode(bytes) != nil {
    require(bytes.count >= 18 && bytes[2] == UInt8(ascii: "M"), "no signature")
  }
  guard let found = try? FuzzedDescriptors.microsoftFunctions(bytes) else { return }
  require(found.count <= 32 && 16 + 24 * found.count <= bytes.count, "more functions than bytes")
  // A byte that is not UTF-8 becomes a character of three.
  require(
    found.allSatisfy { $0.compatibleID.utf8.count <= 24 && !$0.compatibleID.contains("\0") },
    "an id of more than 8 bytes")
}

/// The descriptors of what was read, in their shortest form.
private func write(_ configuration: ConfigurationDescriptor) -> [UInt8] {
  var bytes: [UInt8] = []
  for interface in configuration.interfaces {
    bytes += [9, 4, interface.number, interface.alternateSetting, UInt8(interface.endpoints.count)]
    bytes += [interface.interfaceClass, interface.subclass, interface.protocolCode]
    bytes.append(interface.nameIndex)
    for endpoint in interface.endpoints {
      let size = endpoint.packetSize
      bytes += [7, 5, endpoint.address, endpoint.kind.rawValue, UInt8(size & 0xFF)]
      bytes += [UInt8(size >> 8), 1]
    }
  }
  let total = 9 + bytes.count
  return [9, 2, UInt8(total & 0xFF), UInt8(total >> 8), 1, configuration.value, 0, 0x80, 50] + bytes
}

private let deviceBytes: [UInt8] =
  [18, 1, 0, 2, 0, 0, 0, 64] + [0x09, 0x12, 1, 0, 0, 1, 1, 2, 3, 8]

/// Puts descriptors with the right lengths together.
///
/// Of each 4 bytes the first is the kind: an endpoint in three of four cases; every eighth has a
/// length of its own.
private func expand(_ input: [UInt8]) -> [UInt8] {
  var bytes: [UInt8] = []
  var rest = input[...]
  while rest.count >= 4, bytes.count < 60_000 {
    let head = rest.prefix(4)
    rest = rest.dropFirst(4)
    let (kind, first, second, third) = (
      head[head.startIndex], head[head.startIndex + 1], head[head.startIndex + 2],
      head[head.startIndex + 3]
    )
    var one: [UInt8]
    if kind & 3 == 0 {
      let isStillImage = kind & 4 == 0
      one = [9, 4, first, second, 3, isStillImage ? 6 : 255, 1, 1, third]
    } else {
      one = [7, 5, first, second, third, kind >> 4, 1]
    }
    if kind & 8 != 0 { one += [UInt8](repeating: 0xEE, count: Int(third & 3)) }
    one[0] = kind & 0xF8 == 0xF8 ? third : UInt8(one.count)
    bytes += one
  }
  let total = 9 + bytes.count
  return [9, 2, UInt8(total & 0xFF), UInt8(total >> 8), 1, 1, 0, 0x80, 50] + bytes
}
