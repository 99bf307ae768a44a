import Glibc
import PinstripeCore
import PinstripeFiles
public import PinstripeKeys

/// A change of who can open a track.
public enum SlotChange: Sendable {
  /// One more key, behind the others; nothing happens where the track has it.
  case add(WrappingKey)
  /// Another key in the place of slot `index`: a device's new epoch, a group's new generation.
  case replace(index: Int, WrappingKey)
  /// One key less. It never revokes: whoever opened the track before has its content key.
  case remove(index: Int)
}

/// Changes a track's key slots without reading its content: what `pinstripe rewrap` does.
///
/// Header area and, with a trailer, the trailer's tag are replaced in place, by way of a journal beside
/// the track, so that a crash at any point leaves the former or the new slots. Content key, nonce,
/// pattern and track id stay, and so do payload and sections.
public enum Rewrapping {
  /// What a rewrap did.
  public struct Summary: Sendable {
    /// The slots as they are now.
    public let slots: [TrackDescription.Slot]
    /// Whether anything changed.
    public let isChanged: Bool
  }

  /// Changes a track's slots.
  ///
  /// - Parameters:
  ///   - path: A regular file that may be written to.
  ///   - keys: One of them opens the track as it is.
  ///   - changes: Their indices are those of the track as it is, whatever their order; slots that stay
  ///     keep their order.
  /// - Throws: ``PinstripeError``; with the code ``PinstripeError/Code/usage`` for changes that make no
  ///   sense, such as one that leaves no slot.
  public static func rewrap(
    _ path: String, keys: [WrappingKey], changes: [SlotChange]
  ) throws(PinstripeError) -> Summary {
    do {
      let resolved = try SystemFile.resolve(path)
      let file = try writable(resolved)
      try PatchJournal.lock(file)
      try PatchJournal.finish(file, at: resolved)
      let track = try TrackFile(path: resolved, keys: keys)
      let former = try Header(of: track, in: file)
      let slots = try changed(former.slots, changes, track)
      if let slots {
        let header = try former.area(with: slots)
        var patches = [FilePatch(offset: 0, former: former.area, new: header.area)]
        if let tag = header.trailerTag {
          patches.append(
            FilePatch(
              offset: former.size - UInt64(TrackLayout.tagSize), former: former.trailerTag,
              new: tag))
        }
        try PatchJournal(fileSize: former.size, patches).apply(to: file, path: resolved)
      }
      return Summary(
        slots: (slots ?? former.slots).map(TrackDescription.Slot.init), isChanged: slots != nil)
    } catch let error as FileError {
      // What is not there is an input that is missing.
      throw error.code == ENOENT ? PinstripeError(reading: error) : PinstripeError(writing: error)
    } catch let error as KeyError {
      throw PinstripeError(error)
    } catch let error as TrackError {
      throw PinstripeError(error, track: path)
    } catch {
      throw error as? PinstripeError ?? PinstripeError(.system, "\(error)", underlying: error)
    }
  }

  /// Finishes a rewrap that a crash interrupted, if there was one; opening a track does that too.
  ///
  /// - Throws: ``PinstripeError`` with the code ``PinstripeError/Code/noOutput``.
  public static func recover(_ path: String) throws(PinstripeError) {
    try PatchJournal.recover(path)
  }

  private static func writable(_ path: String) throws -> SystemFile {
    var status = stat()
    guard stat(path, &status) != 0 || status.st_mode & S_IFMT == S_IFREG else {
      throw PinstripeError(.usage, "\(path) is no regular file; rewrap changes a track in place.")
    }
    return try SystemFile(opening: path, O_RDWR)
  }

  /// The slots after the changes; nil when they are the same.
  private static func changed(
    _ slots: [KeySlot], _ changes: [SlotChange], _ track: TrackFile
  ) throws -> [KeySlot]? {
    guard !slots.isEmpty else {
      throw PinstripeError(.usage, "\(track.path) is not protected; it is for everybody as it is.")
    }
    let contentKey = try track.contentKey()
    var next: [KeySlot?] = slots
    var touched: Set<Int> = []
    func touch(_ index: Int) throws {
      guard slots.indices.contains(index) else {
        throw PinstripeError(
          .usage, "There is no slot \(index) in \(track.path): it has \(slots.count), from 0 on.")
      }
      guard touched.insert(index).inserted else {
        throw PinstripeError(.usage, "Slot \(index) is to be changed twice; say what you mean.")
      }
    }
    for case .remove(let index) in changes {
      try touch(index)
      next[index] = nil
    }
    for case .replace(let index, let key) in changes {
      try touch(index)
      next[index] = nil
      if let other = next.firstIndex(where: { $0.map(key.fits) == true }) {
        throw PinstripeError(
          .usage, "Slot \(other) of \(track.path) is for that key already; remove slot \(index).")
      }
      next[index] = key.fits(slots[index]) ? slots[index] : try key.slot(for: contentKey)
    }
    for case .add(let key) in changes where !next.contains(where: { $0.map(key.fits) == true }) {
      next.append(try key.slot(for: contentKey))
    }
    let result = next.compactMap(\.self)
    guard !result.isEmpty else {
      throw PinstripeError(
        .usage, "Without its last slot nobody could open \(track.path); add another key first.")
    }
    guard result.count <= TrackLayout.maximumSlots else {
      throw PinstripeError(
        .usage, "\(track.path) would be for \(result.count) keys, and 16 are the most; use a group."
      )
    }
    let isSame =
      result.count == slots.count && zip(result, slots).allSatisfy { $0.isSame(as: $1) }
    return isSame ? nil : result
  }
}

/// A track's header area as it lies in the file, verified once more, with its trailer's tag.
private struct Header {
  let area: [UInt8]
  let size: UInt64
  let slots: [KeySlot]
  /// Empty without a trailer.
  let trailerTag: [UInt8]
  private let trailer: [UInt8]
  private let seal: TrackSeal
  private let sectionCount: Int

  init(of track: TrackFile, in file: borrowing SystemFile) throws {
    size = UInt64(clamping: try file.status().st_size)
    guard
      let area = try PatchJournal.bytes(of: file, at: 0, count: TrackLayout.headerAreaSize)
    else { throw TrackError.truncated }
    let header = try MainHeader(decoding: area.span)
    slots = try (0..<header.slotCount).map { index in
      try KeySlot(decoding: area.span, index: index)
    }
    sectionCount = header.sectionCount
    seal = track.seal(nonce: header.nonce)
    self.area = area
    // The track was opened from its own copy: nobody may have changed the file since.
    let tag = try seal.headerTag(of: area.span)
    guard Self.array(tag) == Array(area[TrackLayout.headerTagOffset...]) else {
      throw TrackError.tag
    }
    guard header.hasTrailer else {
      trailer = []
      trailerTag = []
      return
    }
    guard size >= UInt64(TrackLayout.headerAreaSize + TrackLayout.trailerSize),
      let trailer = try PatchJournal.bytes(
        of: file, at: size - UInt64(TrackLayout.trailerSize), count: TrackLayout.trailerSize)
    else { throw TrackError.truncated }
    self.trailer = trailer
    trailerTag = Array(trailer[TrackLayout.trailerTagOffset...])
    let expected = try seal.trailerTag(of: trailer.span, headerTag: tag.span)
    guard Self.array(expected) == trailerTag else { throw TrackError.tag }
  }

  /// The header area with other slots, and the trailer's tag over it.
  func area(with slots: [KeySlot]) throws -> (area: [UInt8], trailerTag: [UInt8]?) {
    let directory = KeySlot.offset(of: self.slots.count)
    let entries = area[directory..<directory + sectionCount * TrackLayout.sectionEntrySize]
    var bytes = Array(area[..<TrackLayout.mainHeaderSize])
    // The slot count; the rest of the main header stays byte for byte.
    bytes[14] = UInt8(slots.count)
    bytes[15] = 0
    bytes += [UInt8](repeating: 0, count: TrackLayout.headerAreaSize - bytes.count)
    var span = bytes.mutableSpan
    for (index, slot) in slots.enumerated() { slot.encode(into: &span, index: index) }
    let start = KeySlot.offset(of: slots.count)
    bytes.replaceSubrange(start..<start + entries.count, with: entries)
    let tag = try seal.headerTag(of: bytes.span)
    bytes.replaceSubrange(TrackLayout.headerTagOffset..., with: Self.array(tag))
    guard !trailer.isEmpty else { return (bytes, nil) }
    return (bytes, Self.array(try seal.trailerTag(of: trailer.span, headerTag: tag.span)))
  }

  private static func array(_ tag: InlineArray<32, UInt8>) -> [UInt8] {
    tag.indices.map { tag[$0] }
  }
}

extension WrappingKey {
  /// Whether a slot is for this key.
  fileprivate func fits(_ slot: KeySlot) -> Bool {
    UInt32(slot.recipient) == recipient && slot.generation == generation
      && KeyID(bytes: slot.keyID) == id
  }
}

extension KeySlot {
  fileprivate func isSame(as other: KeySlot) -> Bool {
    recipient == other.recipient && generation == other.generation
      && KeyID(bytes: keyID) == KeyID(bytes: other.keyID)
      && wrap.indices.allSatisfy { wrap[$0] == other.wrap[$0] }
  }
}
