// Lyrics, pictures, links and free fields (TrackFormat.md, "Metadata"), among the stored fields.

extension TrackMetadata {
  /// A picture of the work.
  public struct Picture: Sendable, Equatable {
    /// As "image/jpeg"; ASCII.
    public var mediaType: String
    /// The image file.
    public var bytes: [UInt8]

    /// Creates a picture.
    public init(mediaType: String, bytes: [UInt8]) {
      self.mediaType = mediaType
      self.bytes = bytes
    }
  }

  /// The words.
  public var lyrics: String? {
    get { values(Number.lyrics).first.map { String(decoding: $0, as: UTF8.self) } }
    set { replace(Number.lyrics, with: newValue.map { [Array($0.utf8)] } ?? []) }
  }

  /// Web pages of artist, shop and the like.
  public var links: [String] {
    get { values(Number.link).map { String(decoding: $0, as: UTF8.self) } }
    set { replace(Number.link, with: newValue.map { Array($0.utf8) }) }
  }

  /// Cover and other pictures; one that is stored without its media type is left out.
  public var pictures: [Picture] {
    get {
      pairs(Number.picture).map { Picture(mediaType: $0, bytes: Array($1)) }
    }
    set {
      replace(
        Number.picture,
        with: newValue.map { picture in
          // A zero ends the media type, and nothing but ASCII belongs into it.
          picture.mediaType.utf8.filter { (0x21...0x7E).contains($0) } + [0] + picture.bytes
        })
    }
  }

  /// Whatever else is known, by name; one that is stored without a name is left out.
  public var freeFields: [(name: String, value: String)] {
    get { pairs(Number.free).map { ($0, String(decoding: $1, as: UTF8.self)) } }
    set {
      replace(
        Number.free,
        with: newValue.map { field in
          field.name.utf8.filter { $0 != 0 } + [0] + Array(field.value.utf8)
        })
    }
  }

  private func values(_ number: UInt16) -> [[UInt8]] {
    others.filter { $0.number == number }.map(\.value)
  }

  private func pairs(_ number: UInt16) -> [(String, ArraySlice<UInt8>)] {
    values(number).compactMap { value in
      guard let zero = value.firstIndex(of: 0) else { return nil }
      return (String(decoding: value[..<zero], as: UTF8.self), value[(zero + 1)...])
    }
  }

  private mutating func replace(_ number: UInt16, with values: [[UInt8]]) {
    others.removeAll { $0.number == number }
    others += values.map { Field(number: number, value: $0) }
  }
}
