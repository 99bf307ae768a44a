import Glibc
import PinstripeMTP
import PinstripeProfile
import Synchronization

extension MTPTransport {
  /// What the player is told of a track together with its announcement: all that it wants to know,
  /// where it takes that (SendObjectPropList), and the name in that way, too.
  ///
  /// - Returns: Nothing where it is told afterwards, or not at all.
  /// - Throws: ``MTPError`` when the player does not answer at all.
  func announcedProperties(
    _ format: ObjectFormat, _ properties: TrackProperties?
  ) async throws(MTPError) -> [ObjectPropertyList.Entry] {
    guard session.offers(.sendObjectPropList), !refused.contains(.sendObjectPropList) else {
      return []
    }
    let entries = try await wantedEntries(for: .none, format, properties)
    guard !entries.isEmpty, try await wantedProperties(of: format).contains(.objectFileName) else {
      return []
    }
    return entries
  }

  /// Tells the player what a track is, as far as it wants to know.
  ///
  /// What it refuses is not tried again in this session: no track is worth less for it.
  ///
  /// - Throws: ``MTPError`` when the player does not answer at all.
  func describe(
    _ object: ObjectHandle, _ format: ObjectFormat, as properties: TrackProperties?
  ) async throws(MTPError) {
    guard session.offers(.setObjectPropList) || session.offers(.setObjectPropValue) else { return }
    var entries = try await wantedEntries(for: object, format, properties)
    // The date came with the announcement, and is not to be set a second time.
    if profile.quirks.contains(.dateModifiedWriteOnce) {
      entries.removeAll { $0.property == .dateModified }
    }
    guard !entries.isEmpty else { return }
    if session.offers(.setObjectPropList), !refused.contains(.setObjectPropList) {
      let isDone = try await isTaken { () async throws(MTPError) in
        try await self.session.setObjectProperties(entries)
      }
      if isDone { return }
      refused.insert(.setObjectPropList)
    }
    for entry in entries {
      let isDone = try await isTaken { () async throws(MTPError) in
        try await self.session.setObjectPropertyValue(
          entry.property, of: object, to: entry.value)
      }
      if !isDone { refused.insert(entry.property, of: format) }
    }
  }

  private func wantedEntries(
    for object: ObjectHandle, _ format: ObjectFormat, _ properties: TrackProperties?
  ) async throws(MTPError) -> [ObjectPropertyList.Entry] {
    guard let properties, profile.protection.metadata == .shown else { return [] }
    let wanted = try await wantedProperties(of: format)
    return properties.entries(for: object, longest: profile.mtp.maximumStringLength)
      .filter { wanted.contains($0.property) }
  }

  func wantedProperties(
    of format: ObjectFormat
  ) async throws(MTPError) -> Set<ObjectPropertyCode> {
    if let known = refused.wanted(of: format) { return known }
    var wanted: Set<ObjectPropertyCode> = []
    if session.offers(.getObjectPropsSupported) {
      _ = try await isTaken { () async throws(MTPError) in
        wanted = Set(try await self.session.objectProperties(of: format))
      }
    }
    refused.set(wanted, of: format)
    return wanted
  }

  /// Whether a player did what it was asked for; a "no" is an answer, nonsense is one too, and silence an
  /// error.
  func isTaken(_ body: () async throws(MTPError) -> Void) async throws(MTPError) -> Bool {
    do throws(MTPError) {
      try await body()
      return true
    } catch {
      let isNonsense = [.malformedDataset, .dataPhaseTooLong, .dataPhaseTooShort].contains(
        error.code)
      guard error.response != nil || isNonsense else { throw error }
      return false
    }
  }
}

/// What a player wants to know of tracks, as far as it was found out in this session.
final class PropertyRefusals: Sendable {
  private struct State {
    var wanted: [ObjectFormat: Set<ObjectPropertyCode>] = [:]
    var operations: Set<OperationCode> = []
  }

  private let state = Mutex(State())

  func wanted(of format: ObjectFormat) -> Set<ObjectPropertyCode>? {
    state.withLock { $0.wanted[format] }
  }

  func set(_ wanted: Set<ObjectPropertyCode>, of format: ObjectFormat) {
    state.withLock { $0.wanted[format] = wanted }
  }

  func insert(_ property: ObjectPropertyCode, of format: ObjectFormat) {
    state.withLock { _ = $0.wanted[format]?.remove(property) }
  }

  func contains(_ operation: OperationCode) -> Bool {
    state.withLock { $0.operations.contains(operation) }
  }

  func insert(_ operation: OperationCode) {
    state.withLock { _ = $0.operations.insert(operation) }
  }
}

extension TrackProperties {
  /// The properties as MTP has them (MTP 1.1 appendix B).
  ///
  /// - Parameter longest: How many UTF-16 units of a text are told: at most 254, as MTP has it.
  func entries(
    for object: ObjectHandle, longest: Int = 254
  ) -> [ObjectPropertyList.Entry] {
    func text(_ text: String?) -> PropertyValue? {
      // A string ends with a zero.
      guard let text, !text.isEmpty else { return nil }
      let units = text.utf16.prefix { $0 != 0 }.prefix(longest)
      // Half of a surrogate pair is no character.
      return .string(String(units) ?? String(units.dropLast()) ?? "")
    }
    // Seven weeks are the most that 32 bits hold.
    let milliseconds = duration.map { time in
      let (seconds, attoseconds) = time.components
      return UInt32(
        clamping: min(max(seconds, 0), 1 << 32) * 1000 + attoseconds / 1_000_000_000_000_000)
    }
    let date = year.map { year in
      let digits = String(year)
      return String(repeating: "0", count: max(0, 4 - digits.count)) + digits + "0101T000000.0"
    }
    let values: [(ObjectPropertyCode, PropertyValue?)] = [
      (.name, text(title)), (.artist, text(artist)), (.albumName, text(album)),
      (.genre, text(genre)), (.track, track.map { .uint16($0) }),
      (.originalReleaseDate, text(date)), (.duration, milliseconds.map { .uint32($0) }),
      (.dateModified, text(modificationDate)),
    ]
    return values.compactMap { code, value in
      value.map { ObjectPropertyList.Entry(object: object, property: code, value: $0) }
    }
  }

  /// ``modified`` as players write it, in UTC; nil for years that they cannot write.
  var modificationDate: String? {
    guard let modified, var seconds = time_t(exactly: modified) else { return nil }
    var parts = tm()
    guard gmtime_r(&seconds, &parts) != nil, (0...9999).contains(Int(parts.tm_year) + 1900) else {
      return nil
    }
    return MTPDate(
      year: Int(parts.tm_year) + 1900, month: Int(parts.tm_mon) + 1, day: Int(parts.tm_mday),
      hour: Int(parts.tm_hour), minute: Int(parts.tm_min), second: Int(parts.tm_sec), utcOffset: 0
    ).description
  }
}
