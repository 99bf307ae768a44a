/// One object of a player (MTP 1.1 §5.3.1, PTP ISO 15740 §5.5.4).
///
/// ```
///  0 UINT32 storage             14 UINT32 thumbnail size     34 UINT32 image bit depth
///  4 UINT16 format              18 UINT32 thumbnail width    38 UINT32 parent
///  6 UINT16 protection          22 UINT32 thumbnail height   42 UINT16 association type
///  8 UINT32 size                26 UINT32 image width        44 UINT32 association description
/// 12 UINT16 thumbnail format    30 UINT32 image height       48 UINT32 sequence number
///                                                            52 string file name, capture date,
///                                                                      modification date, keywords
/// ```
public struct ObjectInfo: Hashable, Sendable {
  /// The storage it is on.
  public var storage = StorageID(rawValue: 0)
  /// Its format.
  public var format = ObjectFormat.undefined
  /// 0 free, 1 read-only, 0x8002 read-only data, 0x8003 not to be copied (MTP 1.1 §5.3.1.2).
  public var protectionStatus: UInt16 = 0
  /// Its size in bytes; 0xFFFF_FFFF when it is that or more (MTP 1.1 §5.3.1.3).
  ///
  /// The whole truth is ``ObjectPropertyCode/objectSize``.
  public var compressedSize: UInt32 = 0
  /// The thumbnail's format; 0 when there is none.
  public var thumbnailFormat: UInt16 = 0
  /// The thumbnail's size in bytes.
  public var thumbnailSize: UInt32 = 0
  /// The thumbnail's width in pixels.
  public var thumbnailWidth: UInt32 = 0
  /// The thumbnail's height in pixels.
  public var thumbnailHeight: UInt32 = 0
  /// A picture's width in pixels.
  public var imageWidth: UInt32 = 0
  /// A picture's height in pixels.
  public var imageHeight: UInt32 = 0
  /// A picture's bits a pixel.
  public var imageBitDepth: UInt32 = 0
  /// The folder it is in.
  ///
  /// Players say 0 or 0xFFFF_FFFF for the root.
  public var parent = ObjectHandle.none
  /// 1 for an ordinary folder, 0 for a file (MTP 1.1 §5.3.1.10).
  public var associationType: UInt16 = 0
  /// More about the folder; 0 as a rule.
  public var associationDescription: UInt32 = 0
  /// Its place in a sequence; 0 as a rule.
  public var sequenceNumber: UInt32 = 0
  /// Its file name with extension.
  public var filename = ""
  /// When it was recorded, as ``MTPDate`` reads it; empty when the player does not say.
  public var captureDate = ""
  /// When it was changed last, as ``MTPDate`` reads it; empty when the player does not say.
  public var modificationDate = ""
  /// Keywords, separated by blanks.
  public var keywords = ""

  /// Creates the description of an empty, nameless object.
  public init() {}

  /// Describes an object that is to be sent.
  ///
  /// - Parameter size: Bytes. What does not fit into 32 bits is announced as 0xFFFF_FFFF
  ///   (MTP 1.1 §5.3.1.3).
  public init(filename: String, format: ObjectFormat, size: UInt64) {
    self.filename = filename
    self.format = format
    compressedSize = UInt32(clamping: size)
  }

  /// Describes a folder that is to be made.
  public init(folder name: String) {
    filename = name
    format = .association
    associationType = 1
  }

  /// Whether it is a folder.
  public var isFolder: Bool { format == .association }

  /// Reads a dataset.
  ///
  /// - Parameter dataset: The payload of a data container, from the player. Bytes behind the last
  ///   field are ignored.
  public init(parsing dataset: [UInt8]) throws(DatasetError) {
    var reader = DatasetReader(dataset)
    storage = StorageID(rawValue: try reader.number("StorageID"))
    format = ObjectFormat(rawValue: try reader.number("ObjectFormat"))
    protectionStatus = try reader.number("ProtectionStatus")
    compressedSize = try reader.number("ObjectCompressedSize")
    thumbnailFormat = try reader.number("ThumbFormat")
    thumbnailSize = try reader.number("ThumbCompressedSize")
    thumbnailWidth = try reader.number("ThumbPixWidth")
    thumbnailHeight = try reader.number("ThumbPixHeight")
    imageWidth = try reader.number("ImagePixWidth")
    imageHeight = try reader.number("ImagePixHeight")
    imageBitDepth = try reader.number("ImageBitDepth")
    parent = ObjectHandle(rawValue: try reader.number("ParentObject"))
    associationType = try reader.number("AssociationType")
    associationDescription = try reader.number("AssociationDescription")
    sequenceNumber = try reader.number("SequenceNumber")
    filename = try reader.string("Filename")
    captureDate = try reader.string("DateCreated")
    modificationDate = try reader.string("DateModified")
    keywords = try reader.string("Keywords")
  }

  /// The dataset as it goes over the wire.
  public var encoded: [UInt8] {
    var writer = DatasetWriter()
    writer.number(storage.rawValue)
    writer.number(format.rawValue)
    writer.number(protectionStatus)
    writer.number(compressedSize)
    writer.number(thumbnailFormat)
    writer.number(thumbnailSize)
    writer.number(thumbnailWidth)
    writer.number(thumbnailHeight)
    writer.number(imageWidth)
    writer.number(imageHeight)
    writer.number(imageBitDepth)
    writer.number(parent.rawValue)
    writer.number(associationType)
    writer.number(associationDescription)
    writer.number(sequenceNumber)
    writer.string(filename)
    writer.string(captureDate)
    writer.string(modificationDate)
    writer.string(keywords)
    return writer.bytes
  }
}
