import CPNG
import PinstripeTags

// libpng's simplified API (png.h, section 6): from memory to memory, and no longjmp.

extension Pixels {
  /// Decodes a PNG, on white where it is transparent: png_image_begin_read_from_memory,
  /// png_image_finish_read.
  init(png source: [UInt8], _ header: PictureHeader) throws(PictureError) {
    var image = Self.image()
    defer { png_image_free(&image) }
    var pixels: [UInt8] = []
    // libpng keeps a pointer to the source between the two calls.
    let isDecoded = source.withUnsafeBytes { source -> Bool in
      guard png_image_begin_read_from_memory(&image, source.baseAddress, source.count) != 0,
        // What is decoded is what was judged, or somebody tries something.
        Int(image.width) == header.width, Int(image.height) == header.height
      else { return false }
      image.format = UInt32(PNG_FORMAT_RGB)
      var white = png_color(red: 255, green: 255, blue: 255)
      pixels = [UInt8](repeating: 0, count: header.width * header.height * 3)
      return png_image_finish_read(&image, &white, &pixels, 0, nil) != 0
    }
    guard isDecoded else { throw .damaged }
    self.init(width: header.width, height: header.height, bytes: pixels)
  }

  /// The picture as a PNG: png_image_write_to_memory.
  func png() throws(PictureError) -> [UInt8] {
    var image = Self.image()
    image.width = UInt32(width)
    image.height = UInt32(height)
    image.format = UInt32(PNG_FORMAT_RGB)
    var count: png_alloc_size_t = 0
    guard png_image_write_to_memory(&image, nil, &count, 0, bytes, 0, nil) != 0 else {
      throw .noMemory
    }
    var file = [UInt8](repeating: 0, count: Int(count))
    guard png_image_write_to_memory(&image, &file, &count, 0, bytes, 0, nil) != 0 else {
      throw .noMemory
    }
    return Array(file.prefix(Int(count)))
  }

  private static func image() -> png_image {
    var image = png_image()
    image.version = UInt32(PNG_IMAGE_VERSION)
    return image
  }
}
