import CCodec
import CSystem

/// The folder of codec units: a track whose codec tag is "flac" is played by `flac.so`.
struct CodecUnits {
  private let folder: UnsafePointer<CChar>

  /// Takes a folder, or the one beside the program.
  init(folder: UnsafePointer<CChar>?) {
    if let folder {
      self.folder = folder
      return
    }
    var path = Text()
    let room = UnsafeMutablePointer<CChar>.allocate(capacity: Int(PATH_MAX))
    if system_own_folder(room, Int(PATH_MAX)) != 0 {
      path.add(bytesOf: room)
    } else {
      // Without /proc. Code is never loaded from wherever the player was started, such as its music.
      path.add("/")
    }
    room.deallocate()
    path.add("codecs")
    self.folder = path.copy()
  }

  /// Loads the unit for a track; nil after a sentence on stderr.
  ///
  /// - Parameter tag: The codec tag, four characters. It names a file, so letters and digits only.
  func unit(
    for tag: InlineArray<4, UInt8>, file: UnsafePointer<CChar>
  ) -> UnsafePointer<codec_unit>? {
    var path = Text()
    path.add(bytesOf: folder)
    path.add("/")
    var length = 0
    for index in 0..<4 where tag[index] != 0x20 {
      let byte = tag[index]
      let isFit = byte >= 0x30 && byte <= 0x39 || byte >= 0x61 && byte <= 0x7A
      guard isFit, index == length else {
        say("error: ", file, " names a codec that no player knows; pack it again.\n")
        return nil
      }
      path.add(byte: byte)
      length += 1
    }
    path.add(".so")
    let name = path.copy()
    defer { name.deallocate() }
    if let unit = codec_load(name) { return unit }
    guard system_exists(name) != 0 else {
      say("error: ", file, " needs the codec unit ")
      say("", name, ", which is not there; install it, or pack another format.\n")
      return nil
    }
    say("error: ", file, " needs a codec unit that cannot be loaded: ")
    if let reason = dlerror() {
      say("", UnsafePointer(reason), "; install what it needs.\n")
    } else {
      say("", name, " is of another version; install the one that came with this player.\n")
    }
    return nil
  }
}

extension Text {
  /// A C string of its own, which the caller deallocates.
  func copy() -> UnsafePointer<CChar> {
    let copy = UnsafeMutablePointer<CChar>.allocate(capacity: bytes.count + 1)
    for index in 0..<bytes.count { copy[index] = CChar(bitPattern: bytes[index]) }
    copy[bytes.count] = 0
    return UnsafePointer(copy)
  }

  mutating func add(bytesOf text: UnsafePointer<CChar>) {
    var index = 0
    while text[index] != 0 {
      add(byte: UInt8(bitPattern: text[index]))
      index += 1
    }
  }
}
