/// A decoded image: RGB pixels, interleaved `[H, W, 3]`, 0 … 255, rows from the top.
///
/// What a file held has become plain sRGB numbers: EXIF rotation is applied, grey is repeated in all channels, CMYK
/// is converted through its profile, alpha is flattened on white, of several pages or frames the first is taken.
/// An RGB file's own colour profile is left aside, as torchvision and Pillow do: networks were trained on the numbers
/// in the file. 16-bit files keep their precision as fractions of a level.
public struct Photograph: Sendable, Equatable, CustomStringConvertible {
  public let width: Int
  public let height: Int
  let raster: Raster

  /// The samples, `[H, W, 3]`.
  enum Raster: Sendable, Equatable {
    case bytes([UInt8])
    /// From 16-bit files: 0 … 255 with a fraction.
    case floats([Float])
  }

  /// Decodes a JPEG, PNG, TIFF, WebP or GIF file (and what else libvips reads: PPM, JPEG 2000, JPEG XL, HEIF).
  ///
  /// - Throws: `ImageError`: missing, empty, no image, truncated, damaged, or more than 2³¹ pixels.
  public init(path: String) throws { self = try ImageFile(path: path).decode() }

  /// - Precondition: `pixels` holds width · height · 3 samples, and at least one pixel.
  public init(width: Int, height: Int, pixels: [UInt8]) {
    self.init(width: width, height: height, raster: .bytes(pixels), count: pixels.count)
  }

  /// Samples 0 … 255 with fractions.
  /// - Precondition: `samples` holds width · height · 3 samples, and at least one pixel.
  public init(width: Int, height: Int, samples: [Float]) {
    self.init(width: width, height: height, raster: .floats(samples), count: samples.count)
  }

  private init(width: Int, height: Int, raster: Raster, count: Int) {
    precondition(width > 0 && height > 0, "a photograph of \(width) × \(height) pixels")
    precondition(count == width * height * 3, "\(width) × \(height) RGB pixels need \(width * height * 3) samples")
    self.width = width
    self.height = height
    self.raster = raster
  }

  public var description: String { "photograph of \(width) × \(height) pixels" }

  /// Memory of the samples.
  public var byteCount: Int {
    switch raster {
    case .bytes(let pixels): pixels.count
    case .floats(let samples): samples.count * MemoryLayout<Float>.stride
    }
  }

  /// Red, green and blue of one pixel, 0 … 255.
  public subscript(x: Int, y: Int) -> [Float] {
    let first = (y * width + x) * 3
    return switch raster {
    case .bytes(let pixels): pixels[first..<first + 3].map { Float($0) }
    case .floats(let samples): Array(samples[first..<first + 3])
    }
  }

  /// All samples rounded to whole levels.
  public var pixels: [UInt8] {
    switch raster {
    case .bytes(let pixels): pixels
    case .floats(let samples): samples.map { UInt8(min(max($0, 0), 255).rounded()) }
    }
  }
}
