/// One storage of a player (MTP 1.1 §5.2.2, PTP ISO 15740 §5.5.3).
///
/// ```
/// UINT16 storage type     UINT64 capacity in bytes      string description
/// UINT16 file system      UINT64 free space in bytes    string volume identifier
/// UINT16 access           UINT32 free space in objects
/// ```
/// (Column by column.)
public struct StorageInfo: Hashable, Sendable {
  /// 1 fixed ROM, 2 removable ROM, 3 fixed RAM, 4 removable RAM (MTP 1.1 §5.2.2.1).
  public var storageType: UInt16 = 3
  /// 1 flat, 2 hierarchical, 3 DCF (MTP 1.1 §5.2.2.2).
  public var filesystemType: UInt16 = 2
  /// 0 read and write, 1 read-only, 2 read-only with deletion (MTP 1.1 §5.2.2.3).
  public var accessCapability: UInt16 = 0
  /// The capacity in bytes.
  public var capacity: UInt64 = 0
  /// The free space in bytes.
  public var freeSpace: UInt64 = 0
  /// How many more objects fit; 0xFFFF_FFFF when the player does not say.
  public var freeObjects: UInt32 = 0xFFFF_FFFF
  /// What a person calls it.
  public var storageDescription = ""
  /// The volume's label or serial number.
  public var volumeIdentifier = ""

  /// Creates the description of an empty storage.
  public init() {}

  /// Whether objects can be sent to it.
  public var isWritable: Bool { accessCapability == 0 }

  /// Reads a dataset.
  ///
  /// - Parameter dataset: The payload of a data container, from the player. Bytes behind the last
  ///   field are ignored.
  public init(parsing dataset: [UInt8]) throws(DatasetError) {
    var reader = DatasetReader(dataset)
    storageType = try reader.number("StorageType")
    filesystemType = try reader.number("FilesystemType")
    accessCapability = try reader.number("AccessCapability")
    capacity = try reader.number("MaxCapacity")
    freeSpace = try reader.number("FreeSpaceInBytes")
    freeObjects = try reader.number("FreeSpaceInObjects")
    storageDescription = try reader.string("StorageDescription")
    volumeIdentifier = try reader.string("VolumeIdentifier")
  }

  /// The dataset as it goes over the wire.
  public var encoded: [UInt8] {
    var writer = DatasetWriter()
    writer.number(storageType)
    writer.number(filesystemType)
    writer.number(accessCapability)
    writer.number(capacity)
    writer.number(freeSpace)
    writer.number(freeObjects)
    writer.string(storageDescription)
    writer.string(volumeIdentifier)
    return writer.bytes
  }
}
