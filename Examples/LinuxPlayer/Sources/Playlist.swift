import CSystem

/// The tracks to be played, in order: files, folders' tracks by name, lists' tracks as they are listed.
struct Playlist {
  /// The most tracks, so that a list that somebody else wrote does not fill the memory.
  static var mostTracks: Int { 10_000 }

  private var names: [UnsafePointer<CChar>] = []

  var count: Int { names.count }

  /// A track's path; valid until ``removeAll()``.
  subscript(_ index: Int) -> UnsafePointer<CChar> { names[index] }

  mutating func removeAll() {
    for name in names { name.deallocate() }
    names = []
  }

  /// Adds what an argument names.
  ///
  /// - Returns: done, or why a folder or list could not be read, after a sentence on stderr.
  mutating func add(_ path: UnsafePointer<CChar>) -> ExitCode {
    if system_is_folder(path) != 0 { return add(folder: path) }
    if path.ends(with: ".m3u") || path.ends(with: ".m3u8") { return add(list: path) }
    return add(track: path)
  }

  /// Adds one track, whatever its name.
  mutating func add(track path: UnsafePointer<CChar>) -> ExitCode {
    guard names.count < Self.mostTracks else {
      say("error: ", path, " is left out: a list has at most 10000 tracks.\n")
      return .data
    }
    var copy = Text()
    copy.add(bytesOf: path)
    names.append(copy.copy())
    return .done
  }

  /// Where a path is in the list: of several places the one nearest to `index`.
  func place(of path: UnsafePointer<CChar>, near index: Int) -> Int? {
    var found: Int?
    for place in 0..<names.count where strcmp(names[place], path) == 0 {
      if let former = found, abs(former - index) <= abs(place - index) { continue }
      found = place
    }
    return found
  }

  /// Puts one track in between, also beyond the most that a list may have.
  mutating func insert(_ path: UnsafePointer<CChar>, at index: Int) {
    var copy = Text()
    copy.add(bytesOf: path)
    names.insert(copy.copy(), at: index)
  }

  /// Adds a folder's tracks, NAME.pst, sorted by the bytes of their names.
  private mutating func add(folder path: UnsafePointer<CChar>) -> ExitCode {
    guard let folder = opendir(path) else {
      say("error: ", path, " cannot be read: ")
      say("", strerror(system_error()), "; check its permissions.\n")
      return .noInput
    }
    defer { closedir(folder) }
    let first = names.count
    while let name = system_next_name(folder) {
      // Names with a dot before are being written, or are not for people.
      guard name[0] != 0x2E, name.ends(with: ".pst") else { continue }
      var track = Text()
      track.add(bytesOf: path)
      track.add("/")
      track.add(bytesOf: name)
      let copy = track.copy()
      defer { copy.deallocate() }
      let status = add(track: copy)
      guard status == .done else { return status }
    }
    names[first...].sort { strcmp($0, $1) < 0 }
    return .done
  }
}
