/// A picture in memory: rows from the top, three bytes a pixel, red, green, blue.
struct Pixels {
  let width: Int
  let height: Int
  let bytes: [UInt8]

  /// The picture in a size that is not larger, each pixel the mean of the area that it covers.
  func scaled(to width: Int, _ height: Int) -> Pixels {
    guard width != self.width || height != self.height else { return self }
    // First the rows become shorter, then there are fewer of them.
    let narrow = Self.averaged(
      bytes, from: self.width, to: width, step: 3, lines: self.height, lineStep: self.width * 3,
      newLineStep: width * 3)
    let small = Self.averaged(
      narrow, from: self.height, to: height, step: width * 3, lines: width, lineStep: 3,
      newLineStep: 3)
    return Pixels(width: width, height: height, bytes: small)
  }

  /// Shortens lines of pixels.
  ///
  /// Old pixel s covers [s·new, (s+1)·new), new pixel n covers [n·old, (n+1)·old): a new pixel is the sum of
  /// the old ones, each times what they have in common, divided by old.
  ///
  /// - Parameters:
  ///   - old: Pixels of a line.
  ///   - new: Pixels of a line afterwards.
  ///   - step: Bytes from a pixel to the next, before and afterwards.
  ///   - lineStep: Bytes from a line to the next.
  private static func averaged(
    _ bytes: [UInt8], from old: Int, to new: Int, step: Int, lines: Int, lineStep: Int,
    newLineStep: Int
  ) -> [UInt8] {
    let count = bytes.count / old * new
    return [UInt8](unsafeUninitializedCapacity: count) { result, filled in
      bytes.withUnsafeBufferPointer { bytes in
        for line in 0..<lines {
          for pixel in 0..<new {
            let (start, end) = (pixel * old, (pixel + 1) * old)
            var (red, green, blue) = (old / 2, old / 2, old / 2)
            var source = start / new
            while source * new < end {
              let weight = min((source + 1) * new, end) - max(source * new, start)
              let offset = line * lineStep + source * step
              red += weight * Int(bytes[offset])
              green += weight * Int(bytes[offset + 1])
              blue += weight * Int(bytes[offset + 2])
              source += 1
            }
            let offset = line * newLineStep + pixel * step
            result[offset] = UInt8(red / old)
            result[offset + 1] = UInt8(green / old)
            result[offset + 2] = UInt8(blue / old)
          }
        }
      }
      filled = count
    }
  }
}
