/// A property of an object (MTP 1.1 appendix B).
public struct ObjectPropertyCode: RawRepresentable, Hashable, Sendable {
  /// The code as it stands on the wire.
  public let rawValue: UInt16

  /// Wraps a code; every value is allowed, so that codes unknown to us survive.
  public init(rawValue: UInt16) {
    self.rawValue = rawValue
  }
}

// MARK: Properties that every object has, MTP 1.1 appendix B.2
extension ObjectPropertyCode {
  /// The storage it is on: UINT32.
  ///
  /// `PTP_OPC_StorageID`
  public static let storageID = ObjectPropertyCode(rawValue: 0xDC01)

  /// Its format: UINT16.
  ///
  /// `PTP_OPC_ObjectFormat`
  public static let objectFormat = ObjectPropertyCode(rawValue: 0xDC02)

  /// Whether it may be changed: UINT16.
  ///
  /// `PTP_OPC_ProtectionStatus`
  public static let protectionStatus = ObjectPropertyCode(rawValue: 0xDC03)

  /// Its size in bytes: UINT64.
  ///
  /// `PTP_OPC_ObjectSize`
  public static let objectSize = ObjectPropertyCode(rawValue: 0xDC04)

  /// What kind of folder it is: UINT16.
  ///
  /// `PTP_OPC_AssociationType`
  public static let associationType = ObjectPropertyCode(rawValue: 0xDC05)

  /// More about the folder: UINT32.
  ///
  /// `PTP_OPC_AssociationDesc`
  public static let associationDesc = ObjectPropertyCode(rawValue: 0xDC06)

  /// Its file name: string.
  ///
  /// `PTP_OPC_ObjectFileName`
  public static let objectFileName = ObjectPropertyCode(rawValue: 0xDC07)

  /// When it was made: string.
  ///
  /// `PTP_OPC_DateCreated`
  public static let dateCreated = ObjectPropertyCode(rawValue: 0xDC08)

  /// When it was changed last: string.
  ///
  /// `PTP_OPC_DateModified`
  public static let dateModified = ObjectPropertyCode(rawValue: 0xDC09)

  /// Keywords: string.
  ///
  /// `PTP_OPC_Keywords`
  public static let keywords = ObjectPropertyCode(rawValue: 0xDC0A)

  /// The folder it is in: UINT32.
  ///
  /// `PTP_OPC_ParentObject`
  public static let parentObject = ObjectPropertyCode(rawValue: 0xDC0B)

  /// Whether it is hidden: UINT16.
  ///
  /// `PTP_OPC_Hidden`
  public static let hidden = ObjectPropertyCode(rawValue: 0xDC0D)

  /// A number that outlives the session: UINT128.
  ///
  /// `PTP_OPC_PersistantUniqueObjectIdentifier`
  public static let persistentUniqueObjectIdentifier = ObjectPropertyCode(rawValue: 0xDC41)

  /// Its title: string.
  ///
  /// `PTP_OPC_Name`
  public static let name = ObjectPropertyCode(rawValue: 0xDC44)
}

// MARK: Properties of music, MTP 1.1 appendix B.2
extension ObjectPropertyCode {
  /// The artist: string.
  ///
  /// `PTP_OPC_Artist`
  public static let artist = ObjectPropertyCode(rawValue: 0xDC46)

  /// The format of the cover art: UINT16.
  ///
  /// `PTP_OPC_RepresentativeSampleFormat`
  public static let representativeSampleFormat = ObjectPropertyCode(rawValue: 0xDC81)

  /// The size of the cover art in bytes: UINT32.
  ///
  /// `PTP_OPC_RepresentativeSampleSize`
  public static let representativeSampleSize = ObjectPropertyCode(rawValue: 0xDC82)

  /// The height of the cover art in pixels: UINT32.
  ///
  /// `PTP_OPC_RepresentativeSampleHeight`
  public static let representativeSampleHeight = ObjectPropertyCode(rawValue: 0xDC83)

  /// The width of the cover art in pixels: UINT32.
  ///
  /// `PTP_OPC_RepresentativeSampleWidth`
  public static let representativeSampleWidth = ObjectPropertyCode(rawValue: 0xDC84)

  /// The cover art: array of UINT8.
  ///
  /// `PTP_OPC_RepresentativeSampleData`
  public static let representativeSampleData = ObjectPropertyCode(rawValue: 0xDC86)

  /// The duration in milliseconds: UINT32.
  ///
  /// `PTP_OPC_Duration`
  public static let duration = ObjectPropertyCode(rawValue: 0xDC89)

  /// The rating, 0 to 100: UINT16.
  ///
  /// `PTP_OPC_Rating`
  public static let rating = ObjectPropertyCode(rawValue: 0xDC8A)

  /// The track's number on its album: UINT16.
  ///
  /// `PTP_OPC_Track`
  public static let track = ObjectPropertyCode(rawValue: 0xDC8B)

  /// The genre: string.
  ///
  /// `PTP_OPC_Genre`
  public static let genre = ObjectPropertyCode(rawValue: 0xDC8C)

  /// How often it was played: UINT32.
  ///
  /// `PTP_OPC_UseCount`
  public static let useCount = ObjectPropertyCode(rawValue: 0xDC91)

  /// The composer: string.
  ///
  /// `PTP_OPC_Composer`
  public static let composer = ObjectPropertyCode(rawValue: 0xDC96)

  /// When the recording was released: string.
  ///
  /// `PTP_OPC_OriginalReleaseDate`
  public static let originalReleaseDate = ObjectPropertyCode(rawValue: 0xDC99)

  /// The album: string.
  ///
  /// `PTP_OPC_AlbumName`
  public static let albumName = ObjectPropertyCode(rawValue: 0xDC9A)

  /// The album's artist: string.
  ///
  /// `PTP_OPC_AlbumArtist`
  public static let albumArtist = ObjectPropertyCode(rawValue: 0xDC9B)

  /// Samples a second: UINT32.
  ///
  /// `PTP_OPC_SampleRate`
  public static let sampleRate = ObjectPropertyCode(rawValue: 0xDE93)

  /// Channels: UINT16.
  ///
  /// `PTP_OPC_NumberOfChannels`
  public static let numberOfChannels = ObjectPropertyCode(rawValue: 0xDE94)

  /// Bits a second: UINT32.
  ///
  /// `PTP_OPC_AudioBitRate`
  public static let audioBitRate = ObjectPropertyCode(rawValue: 0xDE9A)
}

extension ObjectPropertyCode: CustomStringConvertible {
  /// The standard's name, or the number in hexadecimal when we know none.
  public var description: String {
    Self.names[self] ?? hexadecimal(rawValue)
  }

  private static let names: [ObjectPropertyCode: String] = [
    .storageID: "StorageID",
    .objectFormat: "ObjectFormat",
    .protectionStatus: "ProtectionStatus",
    .objectSize: "ObjectSize",
    .associationType: "AssociationType",
    .associationDesc: "AssociationDesc",
    .objectFileName: "ObjectFileName",
    .dateCreated: "DateCreated",
    .dateModified: "DateModified",
    .keywords: "Keywords",
    .parentObject: "ParentObject",
    .hidden: "Hidden",
    .persistentUniqueObjectIdentifier: "PersistantUniqueObjectIdentifier",
    .name: "Name",
    .artist: "Artist",
    .representativeSampleFormat: "RepresentativeSampleFormat",
    .representativeSampleSize: "RepresentativeSampleSize",
    .representativeSampleHeight: "RepresentativeSampleHeight",
    .representativeSampleWidth: "RepresentativeSampleWidth",
    .representativeSampleData: "RepresentativeSampleData",
    .duration: "Duration",
    .rating: "Rating",
    .track: "Track",
    .genre: "Genre",
    .useCount: "UseCount",
    .composer: "Composer",
    .originalReleaseDate: "OriginalReleaseDate",
    .albumName: "AlbumName",
    .albumArtist: "AlbumArtist",
    .sampleRate: "SampleRate",
    .numberOfChannels: "NumberOfChannels",
    .audioBitRate: "AudioBitRate",
  ]
}
