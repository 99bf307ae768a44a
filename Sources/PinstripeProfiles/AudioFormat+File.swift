import PinstripeProfile

extension FormatLimits {
  /// Reads the formats that a player plays.
  static func all(
    _ object: consuming ProfileObject
  ) throws(ProfileError) -> [AudioFormat: FormatLimits] {
    var formats: [AudioFormat: FormatLimits] = [:]
    for format in AudioFormat.allCases {
      if let limits = try object.object(format.rawValue) {
        formats[format] = try FormatLimits(limits)
      }
    }
    guard !formats.isEmpty else {
      throw object.error("mp3", "or another format must be there; what is not known is left out")
    }
    try object.end()
    return formats
  }

  private init(_ object: consuming ProfileObject) throws(ProfileError) {
    self.init()
    if let rates = try object.object("sampleRates") {
      sampleRates = try Rates(rates, 1000...768_000)
    }
    if let rates = try object.object("bitRates") { bitRates = try Rates(rates, 1...100_000_000) }
    try object.end()
  }
}

extension Rates {
  fileprivate init(
    _ object: consuming ProfileObject, _ bounds: ClosedRange<UInt32>
  ) throws(ProfileError) {
    let values = try object.numbers("values", bounds)
    let minimum = try object.number("minimum", bounds)
    let maximum = try object.number("maximum", bounds)
    switch (values, minimum, maximum) {
    case (let values?, nil, nil):
      guard !values.isEmpty, values == values.sorted() else {
        throw object.error("values", "must be ascending and not empty")
      }
      self = .values(values)
    case (nil, _, let maximum?):
      let minimum = minimum ?? bounds.lowerBound
      guard minimum <= maximum else { throw object.error("maximum", "is below the minimum") }
      self = .range(minimum...maximum)
    default:
      throw object.error("maximum", "must be there, or \"values\" alone")
    }
    try object.end()
  }
}
