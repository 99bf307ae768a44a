import Glibc
import Pinstripe

/// What a sync reads of its own folder and of the user's: ledgers and playlists.
///
/// Both are files, so each input becomes one, in memory. The first byte chooses the kind.
@c(LLVMFuzzerTestOneInput)
public func fuzz(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  guard count >= 1 else { return 0 }
  let input = UnsafeRawBufferPointer(start: start + 1, count: count - 1)
  if start[0] & 1 == 0 {
    checkLedger(input)
  } else {
    checkPlaylist(input)
  }
  return 0
}

/// A folder that lives in memory and is nobody else's.
private let folder: String = {
  let path = "/dev/shm/pinstripe-fuzz-\(getpid())"
  guard mkdir(path, 0o700) == 0 || errno == EEXIST else { fatalError("mkdir \(path): \(errno)") }
  atexit { removeFolder() }
  // What a playlist may name and find.
  write(UnsafeRawBufferPointer(start: nil, count: 0), to: "\(path)/a.mp3")
  return path
}()

private func removeFolder() {
  for name in ["a.mp3", "ledger", "ledger.lock", "list.m3u8"] { unlink("\(folder)/\(name)") }
  rmdir(folder)
}

private func write(_ bytes: UnsafeRawBufferPointer, to path: String) {
  let file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
  guard file >= 0, Glibc.write(file, bytes.baseAddress, bytes.count) == bytes.count,
    close(file) == 0
  else { fatalError("write \(path): \(errno)") }
}

/// Whatever a ledger says, what is added to it is there the next time, and the rest is as it was.
private func checkLedger(_ input: UnsafeRawBufferPointer) {
  let path = "\(folder)/ledger"
  write(input, to: path)
  let added = SyncLedger.Entry(
    place: "Music/new \u{1F3B5}.mp3", source: "/music/new.mp3", size: 1 << 40, modified: .min,
    stored: 1, protection: "none")
  var expected = entries(at: path, adding: added)
  expected[added.place] = added
  guard entries(at: path) == expected else { fatalError("not what was there, and one more") }
}

/// What a ledger says when it is opened; a function of its own, because it is locked until then.
private func entries(
  at path: String, adding added: SyncLedger.Entry? = nil
) -> [String: SyncLedger.Entry] {
  do {
    let ledger = try SyncLedger(path: path)
    let entries = ledger.contents.entries
    if let added { try ledger.record(added) }
    return entries
  } catch {
    fatalError("a ledger that was written a moment ago cannot be opened: \(error)")
  }
}

/// Whatever a playlist says, only files that are there are taken, each once, and places stay below
/// the player's folder.
private func checkPlaylist(_ input: UnsafeRawBufferPointer) {
  let path = "\(folder)/list.m3u8"
  write(input, to: path)
  guard let source = try? SyncSource(paths: [path]) else { fatalError("the playlist is not read") }
  guard source.playlists.count == 1, Set(source.items.map(\.path)).count == source.items.count
  else { fatalError("a file is taken twice: \(source.items)") }
  let taken = Set(source.items.map(\.path))
  for item in source.items {
    let parts = item.place.split(separator: "/", omittingEmptySubsequences: false)
    guard access(item.path, F_OK) == 0, !parts.contains(".."), !parts.contains("")
    else { fatalError("took \(item.path) as \(item.place)") }
  }
  guard source.playlists[0].files.allSatisfy(taken.contains)
  else { fatalError("the list names what was not taken: \(source.playlists[0].files)") }
}
