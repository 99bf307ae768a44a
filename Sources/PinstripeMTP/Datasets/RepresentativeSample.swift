public import PinstripeProfile

/// A cover picture as the properties of an object (MTP 1.1 appendix B.2).
public struct RepresentativeSample: Sendable, Equatable {
  /// The picture's format.
  public var format: ObjectFormat
  /// The picture, as a file of that format.
  public var data: [UInt8]
  /// Pixels across.
  public var width: UInt32
  /// Pixels down.
  public var height: UInt32

  /// Describes a picture.
  public init(format: ObjectFormat, data: [UInt8], width: UInt32, height: UInt32) {
    self.format = format
    self.data = data
    self.width = width
    self.height = height
  }

  /// The properties by which an object gets the picture.
  ///
  /// - Parameter quirks: `Quirk.noArtDimensions` leaves width and height out.
  public func entries(
    for object: ObjectHandle, quirks: Set<Quirk>
  ) -> [ObjectPropertyList.Entry] {
    var values: [(ObjectPropertyCode, PropertyValue)] = [
      (.representativeSampleFormat, .uint16(format.rawValue))
    ]
    if !quirks.contains(.noArtDimensions) {
      values.append((.representativeSampleWidth, .uint32(width)))
      values.append((.representativeSampleHeight, .uint32(height)))
    }
    values.append((.representativeSampleData, .array(element: .uint8, bytes: data)))
    return values.map { .init(object: object, property: $0.0, value: $0.1) }
  }
}
