import PinstripeTags

/// Reads the tags of what may be a music file, as it is and behind the magic of each format, and the
/// header of what may be a picture.
///
/// Whatever is there, the limits hold.
@c(LLVMFuzzerTestOneInput)
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  let bytes = Array(UnsafeBufferPointer(start: start, count: count))
  judge(bytes)
  for version in [2, 3, 4] as [UInt8] {
    let head: [UInt8] = [0x49, 0x44, 0x33, version, 0, bytes.first ?? 0, 0, 0, 0x1F, 0x7F]
    judge(head + bytes.dropFirst())
  }
  let flac = Array("fLaC".utf8)
  let block: [UInt8] = [0x84, 0, UInt8(truncatingIfNeeded: count >> 8), UInt8(count & 255)]
  judge(flac + block + bytes)
  judge(flac + bytes)
  let opus = Array("OpusTags".utf8) + bytes
  judge(ogg([Array("OpusHead".utf8), opus]))
  judge(ogg([[0x7F] + Array("FLAC".utf8), bytes]))
  let list: [UInt8] = [0, 0, 0, 0] + box("ilst", bytes)
  judge(box("ftyp", []) + box("moov", box("udta", box("meta", list))))
  judge(box("ftyp", []) + bytes)
  judge(picture: bytes)
  judge(picture: [0xFF, 0xD8, 0xFF] + bytes)
  judge(picture: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13] + bytes)
  return 0
}

private func judge(_ bytes: [UInt8]) {
  let tags = EmbeddedTags.read(length: UInt64(bytes.count)) { offset, count in
    guard count >= 0, count <= EmbeddedTags.maximumSize else { fatalError("reads \(count) bytes") }
    guard offset < UInt64(bytes.count) else { return [] }
    return Array(bytes[Int(offset)...].prefix(count))
  }
  guard tags.pictures.count <= EmbeddedTags.maximumPictures,
    tags.links.count <= EmbeddedTags.maximumLinks,
    [tags.title, tags.artist, tags.album].allSatisfy({ ($0 ?? "x").isEmpty == false })
  else { fatalError("more than there can be") }
}

private func judge(picture bytes: [UInt8]) {
  guard let header = PictureHeader(bytes) else { return }
  let sides = 1...Int(Int32.max)
  guard sides.contains(header.width), sides.contains(header.height),
    header.scans <= bytes.count / 4 + 1
  else { fatalError("a picture of \(header.width) by \(header.height), \(header.scans) scans") }
}

private func box(_ type: String, _ content: [UInt8]) -> [UInt8] {
  let size = UInt32(8 + content.count)
  var bytes: [UInt8] = (0..<4).map { UInt8(truncatingIfNeeded: size >> (24 - 8 * $0)) }
  bytes += Array(type.utf8)
  bytes += content
  return bytes
}

private func ogg(_ packets: [[UInt8]]) -> [UInt8] {
  var bytes: [UInt8] = []
  for packet in packets {
    var lacing = [UInt8](repeating: 255, count: min(packet.count / 255, 254))
    lacing.append(UInt8(packet.count % 255))
    bytes += Array("OggS".utf8)
    bytes += [UInt8](repeating: 0, count: 22)
    bytes.append(UInt8(lacing.count))
    bytes += lacing
    bytes += packet.prefix(lacing.reduce(0) { $0 + Int($1) })
  }
  return bytes
}
