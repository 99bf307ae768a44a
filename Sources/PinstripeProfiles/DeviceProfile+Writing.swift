public import PinstripeProfile

extension DeviceProfile {
  /// The profile as a file of `DeviceProfiles/` that states everything and needs no base; reading it
  /// gives the same profile.
  public var fileText: String { json.page }

  /// The profile as a file of `DeviceProfiles/` that states these facts alone, so that everything else
  /// keeps its default.
  ///
  /// - Parameter facts: Key paths of one or two keys: "modes", "storage.musicFolder",
  ///   "quirks.no-rename".
  public func fileText(stating facts: [String]) -> String {
    guard case .object(let members) = json else { return fileText }
    let formal = ["schema", "id", "name", "evidence"]
    let stated = members.compactMap { key, value -> (String, JSON)? in
      if formal.contains(key) || facts.contains(key) { return (key, value) }
      return value.stating(facts, below: key).map { (key, $0) }
    }
    return JSON.object([("$schema", .string("profile.schema.json"))] + stated).page
  }

  /// The profile as its file says it.
  package var json: JSON {
    var members: [(String, JSON)] = [
      ("schema", .number(1)), ("id", .string(id)), ("name", .string(name)),
    ]
    if !modes.isEmpty { members.append(("modes", .array(modes.map(\.json)))) }
    if !switching.isEmpty {
      members.append(("switching", .object(switching.sorted { .string($0) })))
    }
    members.append(("decoder", .string(decoder.rawValue)))
    members.append(("mtp", mtp.json))
    if let formats { members.append(("formats", .object(formats.sorted { $0.json }))) }
    members.append(("protection", protection.json))
    members.append(("storage", storage.json))
    members.append(("transfer", transfer.json))
    members.append(("art", art.json))
    if !playlists.isEmpty {
      members.append(("playlists", .object(playlists.sorted { $0.json })))
    }
    if let cpu {
      members.append(
        (
          "cpu",
          .object([
            ("decryptionBudget", .number(UInt64(cpu.decryptionBudget))),
            ("hasAES", .bool(cpu.hasAES)),
          ])
        ))
    }
    members.append(("quirks", .array(quirks.map(\.rawValue).sorted().map { .string($0) })))
    members.append(("evidence", .array(evidence.map(\.json))))
    return .object(members)
  }
}

extension Dictionary where Key: RawRepresentable<String> {
  /// Members in alphabetical order.
  fileprivate func sorted(_ value: (Value) -> JSON) -> [(String, JSON)] {
    map { ($0.key.rawValue, value($0.value)) }.sorted { $0.0 < $1.0 }
  }
}

extension JSON {
  fileprivate static func number(_ value: Int) -> JSON { .number(UInt64(clamping: value)) }

  /// The members of an object, or words of a list, that are among the facts; nil when none is.
  fileprivate func stating(_ facts: [String], below key: String) -> JSON? {
    switch self {
    case .object(let members):
      let stated = members.filter { facts.contains("\(key).\($0.0)") }
      return stated.isEmpty ? nil : .object(stated)
    case .array(let elements):
      let stated = elements.filter { element in
        guard case .string(let word) = element else { return false }
        return facts.contains("\(key).\(word)")
      }
      return stated.isEmpty ? nil : .array(stated)
    default: return nil
    }
  }

  /// An object without the members that are nil.
  fileprivate static func object(present members: [(String, JSON?)]) -> JSON {
    .object(members.compactMap { key, value in value.map { (key, $0) } })
  }
}

extension Evidence {
  fileprivate var json: JSON {
    .object([("source", .string(source)), ("facts", .array(facts.map { .string($0) }))])
  }
}

extension USBMode {
  fileprivate var json: JSON {
    .object(present: [
      ("protocol", .string(usbProtocol.rawValue)), ("usb", .string(ids)),
      ("manufacturer", manufacturer.map { .string($0) }),
      ("product", product.map { .string($0) }),
      (
        "bcdDevice",
        release.map { range in
          .object([
            ("minimum", .string(Self.hexadecimal(range.lowerBound))),
            ("maximum", .string(Self.hexadecimal(range.upperBound))),
          ])
        }
      ),
      ("serialPattern", serialPattern.map { .string($0) }),
      ("deviceInfo", deviceInfo.isEmpty ? nil : deviceInfo.json),
    ])
  }

  /// The ids as files and people write them: "1d6b:0100".
  public var ids: String {
    Self.hexadecimal(vendorID) + ":" + Self.hexadecimal(productID)
  }

  /// Four digits.
  package static func hexadecimal(_ number: UInt16) -> String {
    let digits = String(number, radix: 16)
    return String(repeating: "0", count: 4 - digits.count) + digits
  }
}

extension DeviceInfoMatch {
  fileprivate var json: JSON {
    .object(present: [
      ("manufacturer", manufacturer.map { .string($0) }), ("model", model.map { .string($0) }),
      ("oldestFirmware", oldestFirmware.map { .string($0.text) }),
      ("newestFirmware", newestFirmware.map { .string($0.text) }),
    ])
  }
}

extension MTPRules {
  fileprivate var json: JSON {
    .object([
      ("lacks", .array(lacks.map(\.rawValue).sorted().map { .string($0) })),
      ("maximumStringLength", .number(maximumStringLength)),
    ])
  }
}

extension FormatLimits {
  fileprivate var json: JSON {
    .object(present: [("sampleRates", sampleRates?.json), ("bitRates", bitRates?.json)])
  }
}

extension Rates {
  fileprivate var json: JSON {
    switch self {
    case .values(let values): .object([("values", .array(values.map { .number(UInt64($0)) }))])
    case .range(let range):
      .object([
        ("minimum", .number(UInt64(range.lowerBound))),
        ("maximum", .number(UInt64(range.upperBound))),
      ])
    }
  }
}

extension ProtectionRules {
  fileprivate var json: JSON {
    .object([
      ("pattern", .string(pattern.rawValue)), ("stride", .number(UInt64(stride))),
      ("phase", .number(UInt64(phase))), ("formats", .object(formats.sorted { $0.json })),
      (
        "suite",
        .optional(Self.suiteNames.first { $0.value == suite }?.key)
      ),
      ("keySlots", .number(keySlots)), ("integrity", .string(integrity.rawValue)),
      ("metadata", .string(metadata.rawValue)),
    ])
  }
}

extension FormatPattern {
  fileprivate var json: JSON {
    .object([
      ("pattern", .string(pattern.rawValue)), ("stride", .number(UInt64(stride))),
      ("phase", .number(UInt64(phase))),
    ])
  }
}

extension StorageRules {
  fileprivate var json: JSON {
    .object(present: [
      ("musicFolder", .string(musicFolder)), ("maximumNameLength", .number(maximumNameLength)),
      ("maximumNameBytes", .number(maximumNameBytes)),
      ("forbiddenCharacters", .string(forbiddenCharacters)),
      ("characters", .string(characters.rawValue)), ("maximumDepth", .number(maximumDepth)),
      ("maximumObjects", maximumObjects.map { .number($0) }),
      ("maximumObjectSize", .number(maximumObjectSize)),
      ("trackFormat", .number(UInt64(trackFormat))),
    ])
  }
}

extension TransferRules {
  fileprivate var json: JSON {
    .object([
      ("chunkSize", .number(chunkSize)), ("queueDepth", .number(queueDepth)),
      ("postsReceivesEarly", .bool(postsReceivesEarly)),
      ("smallFiles", .string(smallFiles.rawValue)),
      ("responseTimeoutMilliseconds", .number(responseTimeoutMilliseconds)),
      ("dataTimeoutMilliseconds", .number(dataTimeoutMilliseconds)),
    ])
  }
}

extension ArtRules {
  fileprivate var json: JSON {
    .object(present: [
      ("delivery", .string(delivery.rawValue)),
      ("formats", formats.map { .array($0.map { .string($0.rawValue) }) }),
      ("maximumWidth", maximumWidth.map { .number($0) }),
      ("maximumHeight", maximumHeight.map { .number($0) }),
      ("maximumBytes", maximumBytes.map { .number($0) }), ("fileName", .string(fileName)),
    ])
  }
}

extension PlaylistRules {
  fileprivate var json: JSON {
    .object([
      ("kind", .string(kind.rawValue)), ("folder", .string(folder)),
      ("paths", .string(paths.rawValue)), ("separator", .string(separator.rawValue)),
      ("encoding", .string(encoding.rawValue)), ("lineEnd", .string(lineEnd.rawValue)),
    ])
  }
}
