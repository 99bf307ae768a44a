/// The datasets that are one array: handles, storages, property codes (MTP 1.1 §3.2.2).
///
/// ```
/// UINT32 count, then count elements of UINT16 or UINT32
/// ```
public enum CodeArray {
  /// Reads an array of UINT32.
  public static func parse32(_ dataset: [UInt8]) throws(DatasetError) -> [UInt32] {
    var reader = DatasetReader(dataset)
    return try reader.array("array")
  }

  /// Reads an array of UINT16.
  public static func parse16(_ dataset: [UInt8]) throws(DatasetError) -> [UInt16] {
    var reader = DatasetReader(dataset)
    return try reader.array("array")
  }

  /// An array as it goes over the wire.
  public static func encode<Number: FixedWidthInteger>(_ elements: [Number]) -> [UInt8] {
    var writer = DatasetWriter()
    writer.array(elements)
    return writer.bytes
  }
}
