// The JSON of Tests/Vectors, as far as the core is concerned; its README has the shapes.

struct KeyVectors: Decodable {
  let ladder: [Ladder]
  let recipients: [Recipient]
  let derived: [Derived]

  struct Ladder: Decodable {
    let name: String
    let dus: Hex
    let epoch: UInt32
    let epochSalt: Hex
    let deviceId: Hex
    let kPlay: Hex
    let kWrap: Hex
    let keyId: Hex
    let test: Bool
    let keybox: Hex
  }

  struct Recipient: Decodable {
    let recipient: UInt32
    let generation: UInt32
    let key: Hex
    let kWrap: Hex
    let keyId: Hex
  }

  struct Derived: Decodable {
    let cek: Hex
    let nonce: Hex
    let suite: UInt16
    let pattern: Hex
    let wrap: Hex
    let wrappedFor: String
    let kStripe: Hex
    let kHead: Hex
    let kTrail: Hex
    let sectionSalt: Hex
    let sectionType: UInt16
    let sectionIndex: UInt16
    let kSec: Hex
    let kSectag: Hex
  }
}

struct KeystreamVectors: Decodable {
  let cases: [Case]

  struct Case: Decodable {
    let suite: UInt16
    let key: Hex
    let blockSize: Int
    let blocks: [String: Hex]
  }
}

struct StripeVectors: Decodable {
  let cases: [Case]

  struct Case: Decodable {
    let stride: UInt16
    let phase: UInt16
    let suite: UInt16
    let cek: Hex
    let nonce: Hex
    let kStripe: Hex
    let hex: [String: Hex]
    let sha256: [String: Hex]
  }
}

struct TrackVectors: Decodable {
  let tracks: [Track]

  /// The tracks of all files that open.
  static func all() throws -> [Track] {
    try ["tracks.json", "framed.json", "sections.json"].flatMap {
      try VectorFolder.read($0, as: TrackVectors.self).tracks
    }
  }

  struct Track: Decodable {
    let name: String
    let status: [String]
    let length: Int
    let suite: UInt16
    let pattern: Pattern
    let mode: String
    let minor: UInt16
    let encrypted: UInt64
    let codec: String
    let trackId: Hex
    let nonce: Hex
    let cek: Hex
    let keybox: Hex
    let testAllowed: Bool
    let clearAllowed: Bool
    let otherKeys: [OtherKey]
    let slots: [Slot]
    let sections: [Section]
    let metadata: [Field]?
    let file: FilePieces
    /// For a reader that does not obey rights.
    let statusUnobeyed: [String]?
    let rights: Rights?
    let rightsVerdict: String?
  }

  struct Rights: Decodable {
    let flags: UInt32
    let plays: UInt32
    let rightsId: Hex
    let notBefore: String
    let notAfter: String
  }

  struct Pattern: Decodable {
    let kind: UInt8
    let stride: UInt16
    let phase: UInt16
    let head: UInt16?
  }

  struct OtherKey: Decodable {
    let recipient: UInt32
    let epoch: UInt32
    let key: Hex
  }

  struct Slot: Decodable {
    let recipient: UInt8
    let epoch: UInt32
    let keyId: Hex
  }

  struct Section: Decodable {
    let type: UInt16
    let flags: UInt16
    let offset: UInt64
    let length: UInt64
  }

  struct Field: Decodable {
    let number: UInt16
    let text: String?
    let hex: Hex?
  }
}

struct RefusalVectors: Decodable {
  let bases: [String: Base]
  let refusals: [Refusal]
  let keyboxes: [KeyFile]?

  struct Base: Decodable {
    let length: Int
    let keybox: Hex
    let cek: Hex
    let file: FilePieces
  }

  struct Refusal: Decodable {
    let name: String
    let status: [String]
    let base: String
    let edits: [Edit]?
    let file: FilePieces?
    let keybox: Hex?
    let clearAllowed: Bool?
    let metadataStatus: [String]?
    let contentEdits: [Edit]?
    /// What reading the whole content must give, where the track opens.
    let contentStatus: [String]?
    /// For a reader that does not obey rights.
    let statusUnobeyed: [String]?
    let rightsStatus: [String]?
    let rightsVerdict: String?
  }

  struct KeyFile: Decodable {
    let name: String
    let status: [String]
    let file: Hex
    let testAllowed: Bool
  }
}

/// One track with the key to try and what must come of it, from either file.
struct TrackCase {
  let name: String
  let status: [String]
  let file: [UInt8]
  let keybox: [UInt8]
  let testAllowed: Bool
  let clearAllowed: Bool
  let content: [UInt8]
  /// What reading the whole content must give, where the track opens.
  let contentStatus: [String]

  static func refusals() throws -> [TrackCase] {
    try ["refusals.json", "framed-refusals.json", "section-refusals.json"].flatMap { name in
      let vectors = try VectorFolder.read(name, as: RefusalVectors.self)
      return vectors.refusals.compactMap { refusal in
        vectors.bases[refusal.base].map { TrackCase(refusal, of: $0) }
      }
    }
  }

  init(_ track: TrackVectors.Track) {
    name = track.name
    status = track.statusUnobeyed ?? track.status
    contentStatus = ["OK"]
    file = track.file.bytes
    keybox = track.keybox.bytes
    testAllowed = track.testAllowed
    clearAllowed = track.clearAllowed
    content = VectorFolder.content(track.length)
  }

  init(_ refusal: RefusalVectors.Refusal, of base: RefusalVectors.Base) {
    name = refusal.name
    status = refusal.statusUnobeyed ?? refusal.status
    contentStatus = refusal.contentStatus ?? ["OK"]
    file = refusal.file?.bytes ?? (refusal.edits ?? []).applied(to: base.file.bytes)
    keybox = refusal.keybox?.bytes ?? base.keybox.bytes
    testAllowed = true
    clearAllowed = refusal.clearAllowed ?? false
    content = (refusal.contentEdits ?? []).applied(to: VectorFolder.content(base.length))
  }
}
