import CSystem
import PinstripePlayer

// M3U and M3U8: a path a line, `#` before what is no path. Desktops write it with either slash, with
// either end of line, and in UTF-8 with or without its mark, or in Latin-1.
extension Playlist {
  /// Bytes of a list that are looked at.
  private static var largestList: Int { 1 << 19 }
  private static var longestPath: Int { 4096 }

  /// Adds a list's tracks; relative paths start at the list's folder.
  mutating func add(list path: UnsafePointer<CChar>) -> ExitCode {
    let bytes: [UInt8]
    do throws(PlayerError) {
      var file = try FileStorage(path: path)
      guard file.size <= UInt64(Self.largestList) else {
        say("error: ", path, " is larger than 512 KiB, too large for a list of tracks.\n")
        return .data
      }
      bytes = try file.all()
    } catch {
      return report(error, file: path)
    }
    var status = ExitCode.done
    // The mark of UTF-8.
    var start = bytes.count >= 3 && bytes[0] == 0xEF && bytes[1] == 0xBB && bytes[2] == 0xBF ? 3 : 0
    while start < bytes.count {
      var end = start
      while end < bytes.count, bytes[end] != 0x0A, bytes[end] != 0x0D { end += 1 }
      if end > start, bytes[start] != 0x23 {
        let added = add(entry: bytes[start..<end], of: path)
        if status == .done { status = added }
        if count >= Self.mostTracks { break }
      }
      start = end + 1
    }
    return status
  }

  private mutating func add(entry: ArraySlice<UInt8>, of list: UnsafePointer<CChar>) -> ExitCode {
    guard entry.count <= Self.longestPath, !entry.contains(0) else {
      say("error: ", list, " has a line that is no path; make the list again.\n")
      return .data
    }
    // As it is; with slashes the other way round; from Latin-1; with both.
    var first: UnsafePointer<CChar>?
    for attempt in 0..<4 {
      let name = path(of: entry, list, turnsSlashes: attempt & 1 != 0, isLatin: attempt & 2 != 0)
      if system_exists(name) != 0 || attempt == 0 {
        first?.deallocate()
        first = name
        if system_exists(name) != 0 { break }
      } else {
        name.deallocate()
      }
    }
    guard let first else { return .data }
    defer { first.deallocate() }
    guard !first.ends(with: ".m3u"), !first.ends(with: ".m3u8"), system_is_folder(first) == 0 else {
      say("error: ", first, " is a list or folder within a list; name it to the player instead.\n")
      return .data
    }
    return add(track: first)
  }

  private func path(
    of entry: ArraySlice<UInt8>, _ list: UnsafePointer<CChar>, turnsSlashes: Bool, isLatin: Bool
  ) -> UnsafePointer<CChar> {
    var path = Text()
    if entry.first != 0x2F, !(turnsSlashes && entry.first == 0x5C),
      let slash = strrchr(list, 0x2F)
    {
      for index in 0...(UnsafePointer(slash) - list) {
        path.add(byte: UInt8(bitPattern: list[index]))
      }
    }
    for byte in entry {
      if turnsSlashes, byte == 0x5C {
        path.add(byte: 0x2F)
      } else if isLatin, byte >= 0x80 {
        path.add(byte: 0xC0 | byte >> 6)
        path.add(byte: 0x80 | byte & 0x3F)
      } else {
        path.add(byte: byte)
      }
    }
    return path.copy()
  }
}

extension FileStorage {
  /// The whole file, as much of it as there is; for small ones.
  mutating func all() throws(PlayerError) -> [UInt8] {
    var bytes: [UInt8] = []
    var portion = InlineArray<4096, UInt8>(repeating: 0)
    while UInt64(bytes.count) < size {
      var span = portion.mutableSpan
      let count = try read(at: UInt64(bytes.count), into: &span)
      guard count > 0 else { break }
      for index in 0..<count { bytes.append(portion[index]) }
    }
    return bytes
  }
}
