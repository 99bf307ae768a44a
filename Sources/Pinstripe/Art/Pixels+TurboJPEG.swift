import CTurboJPEG
import PinstripeTags

// TurboJPEG's API (turbojpeg.h) of libjpeg-turbo: from memory to memory, and no longjmp.

extension Pixels {
  /// Decodes a JPEG: tjDecompress2.
  ///
  /// It is decoded as small as its blocks allow, an eighth at best, so that a large picture for a small
  /// display takes little time and memory.
  ///
  /// - Parameter width: As wide, and `height` as high, as is needed at least.
  init(
    jpeg source: [UInt8], _ header: PictureHeader, atLeast width: Int, _ height: Int
  ) throws(PictureError) {
    guard let decoder = tjInitDecompress() else { throw .noMemory }
    defer { tjDestroy(decoder) }
    var (wide, high): (Int32, Int32) = (0, 0)
    var (subsampling, colours): (Int32, Int32) = (0, 0)
    let status = tjDecompressHeader3(
      decoder, source, UInt(source.count), &wide, &high, &subsampling, &colours)
    // What is decoded is what was judged, or somebody tries something.
    guard status == 0, Int(wide) == header.width, Int(high) == header.height else {
      throw .damaged
    }
    guard colours != TJCS_CMYK.rawValue, colours != TJCS_YCCK.rawValue else {
      throw PictureError(code: .unknown, reason: "it is in printers' colours (CMYK)")
    }
    let (scaledWidth, scaledHeight) = Self.size(of: wide, high, atLeast: width, height)
    var failed = false
    let bytes = [UInt8](
      unsafeUninitializedCapacity: Int(scaledWidth) * Int(scaledHeight) * 3
    ) { pixels, filled in
      pixels.initialize(repeating: 0)
      filled = pixels.count
      let status = tjDecompress2(
        decoder, source, UInt(source.count), pixels.baseAddress, scaledWidth, scaledWidth * 3,
        scaledHeight, TJPF_RGB.rawValue, TJFLAG_LIMITSCANS)
      // A warning is of strange bytes between the markers; the picture is there.
      failed = status != 0 && tjGetErrorCode(decoder) != TJERR_WARNING.rawValue
    }
    guard !failed else { throw .damaged }
    self.init(width: Int(scaledWidth), height: Int(scaledHeight), bytes: bytes)
  }

  /// The smallest size in which TurboJPEG decodes that is large enough.
  private static func size(
    of width: Int32, _ height: Int32, atLeast wanted: Int, _ wantedHeight: Int
  ) -> (Int32, Int32) {
    var count: Int32 = 0
    guard let factors = tjGetScalingFactors(&count) else { return (width, height) }
    var best = (width, height)
    for factor in UnsafeBufferPointer(start: factors, count: Int(count)) {
      // TJSCALED of turbojpeg.h, rounded up.
      let scaled = (
        (width * factor.num + factor.denom - 1) / factor.denom,
        (height * factor.num + factor.denom - 1) / factor.denom
      )
      if scaled.0 < best.0, Int(scaled.0) >= wanted, Int(scaled.1) >= wantedHeight {
        best = scaled
      }
    }
    return best
  }

  /// The picture as a baseline JPEG: tjCompress2.
  func jpeg(quality: Int32) throws(PictureError) -> [UInt8] {
    guard let encoder = tjInitCompress() else { throw .noMemory }
    defer { tjDestroy(encoder) }
    var start: UnsafeMutablePointer<UInt8>?
    var count: UInt = 0
    defer { tjFree(start) }
    let status = tjCompress2(
      encoder, bytes, Int32(width), Int32(width * 3), Int32(height), TJPF_RGB.rawValue, &start,
      &count, Int32(TJSAMP_420.rawValue), quality, 0)
    guard status == 0, let start else { throw .noMemory }
    return Array(UnsafeBufferPointer(start: start, count: Int(count)))
  }
}
