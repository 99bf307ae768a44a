public import CPinstripe

/// Makes what a player says of its decoder, for the file `Pinstripe/device.pdev` on its storage
/// (DeviceDescriptor.md).
public enum DescriptorFile {
  private static var tagOffset: Int { 96 }

  /// Makes the 128 bytes of the file, authenticated under the device's playback key: both suites, 16 key
  /// slots, frame maps, no public key.
  ///
  /// - Parameters:
  ///   - keybox: Whose secret is at `PINSTRIPE_KEY_ROOT`.
  ///   - version: From 1 on; a later descriptor of the device must have a higher one.
  ///   - formats: The page's bits for what the player plays; 0 does not tell.
  ///   - place: `PINSTRIPE_KEY_FIRST_WRAP` or above, and not in use; empty again afterwards.
  /// - Throws: ``PlayerError/track(_:)`` with `PINSTRIPE_E_PROVIDER`.
  public static func make(
    _ keybox: pinstripe_keybox, version: UInt32, formats: UInt32,
    _ provider: UnsafePointer<pinstripe_provider>, place: UInt32
  ) throws(PlayerError) -> [UInt8] {
    var file: [UInt8] = [0x89, 0x50, 0x53, 0x44, 0x0D, 0x0A, 0x1A, 0x0A]
    let id = deviceID(of: keybox)
    append(1, to: &file, size: 2)
    append(keybox.is_test == 0 ? 0 : 1, to: &file, size: 2)
    append(keybox.epoch, to: &file)
    file += id
    append(version, to: &file)
    append(1 << PINSTRIPE_SUITE_CHACHA20 | 1 << PINSTRIPE_SUITE_AES_128_CTR, to: &file)
    append(formats, to: &file)
    append(16, to: &file, size: 2)
    append(1, to: &file, size: 2)
    while file.count < tagOffset { file.append(0) }
    var info = text("pinstripe v1 playback\0") + id
    append(keybox.epoch, to: &info)
    let table = unsafe provider.pointee
    defer { unsafe table.discard(table.state, place) }
    let isKnown = unsafe withUnsafeBytes(of: keybox.epoch_salt) { salt in
      let salt = unsafe salt.baseAddress?.assumingMemoryBound(to: UInt8.self)
      return unsafe derive(table, PINSTRIPE_KEY_ROOT, salt, info, place)
        && derive(table, place, nil, text("pinstripe v1 descriptor\0"), place)
    }
    guard isKnown else { throw .track(PINSTRIPE_E_PROVIDER) }
    return file + (try unsafe tag(of: file, table, place))
  }

  /// What a person compares with the desktop's: 16 bytes, shown as 32 hexadecimal digits.
  ///
  /// - Throws: ``PlayerError/track(_:)`` with `PINSTRIPE_E_PROVIDER`.
  public static func fingerprint(
    of file: [UInt8], _ provider: UnsafePointer<pinstripe_provider>
  ) throws(PlayerError) -> [UInt8] {
    let sum = try unsafe tag(of: file, provider.pointee, PINSTRIPE_KEY_ZERO)
    return Array(sum[..<16])
  }

  private static func derive(
    _ table: pinstripe_provider, _ parent: UInt32, _ salt: UnsafePointer<UInt8>?,
    _ info: [UInt8], _ place: UInt32
  ) -> Bool {
    unsafe info.span.withUnsafeBufferPointer { info in
      guard let start = info.baseAddress else { return false }
      return unsafe table.derive(
        table.state, parent, salt, salt == nil ? 0 : 32, start, UInt32(info.count), place)
        == PINSTRIPE_OK
    }
  }

  /// HMAC of all that the file's tag authenticates.
  private static func tag(
    of file: [UInt8], _ table: pinstripe_provider, _ place: UInt32
  ) throws(PlayerError) -> [UInt8] {
    guard file.count >= tagOffset else { throw .track(PINSTRIPE_E_ARGUMENT) }
    var tag = [UInt8](repeating: 0, count: 32)
    var out = tag.mutableSpan
    let isMade = unsafe out.withUnsafeMutableBufferPointer { out in
      unsafe file.span.withUnsafeBufferPointer { file in
        guard let start = file.baseAddress, let out = out.baseAddress else { return false }
        return unsafe table.mac_begin(table.state, place) == PINSTRIPE_OK
          && table.mac_update(table.state, start, tagOffset) == PINSTRIPE_OK
          && table.mac_finish(table.state, out) == PINSTRIPE_OK
      }
    }
    guard isMade else { throw .track(PINSTRIPE_E_PROVIDER) }
    return tag
  }

  private static func deviceID(of keybox: pinstripe_keybox) -> [UInt8] {
    unsafe withUnsafeBytes(of: keybox.device_id) { id in
      var bytes: [UInt8] = []
      for index in 0..<16 { unsafe bytes.append(id[index]) }
      return bytes
    }
  }

  private static func text(_ text: StaticString) -> [UInt8] {
    var bytes: [UInt8] = []
    for index in 0..<text.utf8CodeUnitCount { unsafe bytes.append(text.utf8Start[index]) }
    return bytes
  }

  private static func append(_ value: UInt32, to bytes: inout [UInt8], size: UInt32 = 4) {
    for index in 0..<size { bytes.append(UInt8(truncatingIfNeeded: value >> (8 * index))) }
  }
}
