import Foundation
import RelevancePropagation
import Synchronization
import VipsShim

/// An image of any size, read by regions: JPEG, PNG, TIFF and BigTIFF (tiled, striped; pyramids as chains of pages or
/// as SubIFDs), the slide formats of OpenSlide, WebP, JPEG 2000 and what else libvips reads of photographs.
///
/// ```swift
/// let reader = try RegionReader(path: "slide.svs", micronsPerPixel: 0.5)
/// for y in stride(from: 0, to: reader.height, by: 512) {
///   let strip = try reader.read(x: 0, y: y, width: reader.width, height: min(600, reader.height - y))
/// }
/// ```
/// Pixels are those of `Photograph`: upright, sRGB as the numbers in the file, alpha flattened on white. Where a
/// resolution between two levels is asked for, regions of the finer one are resized as they are read, antialiased
/// bilinear; a pixel is the same whatever region it is read in.
///
/// **Memory** does not grow with the image: beside a region's own pixels some 64 MiB are kept, so that overlapping
/// strips decode nothing twice. Formats whose decoders hold a whole image (progressive JPEG, interlaced PNG, WebP, GIF,
/// JPEG XL, HEIF) are refused where that is more than `decoderMemory`.
///
/// **Order** Tiles, slides and TIFF strips are decoded where they are wanted. JPEG, PNG and the other formats are
/// decoded from the top: to begin further down costs the rows above once, and each later region only its own rows as
/// long as regions go down. Such files with an EXIF rotation are decoded once into a temporary file ($TMPDIR).
///
/// **Damage** Tiles and strips that cannot be decoded, and all rows behind a break in other formats, are told in
/// `Region.unreadable`; reading goes on. What decodes to wrong pixels without a complaint cannot be told: uncompressed
/// data, and bytes of a JPEG that are other pixels' code, for as long as its decoder finds sense in them.
///
/// Safe to use from any thread; calls to one reader wait for each other, and decoding waits for other readers'.
public final class RegionReader: Sendable {
  public let path: String
  /// Of the image at the chosen resolution, in pixels.
  public let width: Int
  public let height: Int
  /// What the file holds, the largest first.
  public let levels: [ImageLevel]
  /// The level that is read.
  public let level: Int
  /// Of the pixels that are read; nil where the file does not say.
  public let pixelSize: PixelSize?
  /// Whether regions are resized from the level.
  public let isResized: Bool
  /// Whether samples are floats: 16 bits a sample in the file.
  public let isWide: Bool

  private let stamp: FileStamp
  /// Pixels are used under the lock only.
  private let pixels: Mutex<Pixels>
  private struct Pixels: @unchecked Sendable { let top: any LevelPixels }

  /// Micrometres a pixel that is read, along x; nil where the file does not say.
  public var micronsPerPixel: Double? { pixelSize?.x }

  /// What a format's decoder may hold at once beside the region: 512 MiB.
  public static let decoderMemory = 512 << 20

  /// - Parameters:
  ///   - level: of `levels`; 0, the largest, unless a resolution is given.
  ///   - micronsPerPixel: the size of the pixels to read. The nearest finer level is resized to it.
  ///   - decoderMemory: bytes that decoders of whole images may hold.
  /// - Throws: `ImageError`: no image, damaged, no such level, no pixel size in the file, coarser than asked for.
  public convenience init(
    path: String, level: Int? = nil, micronsPerPixel: Double? = nil, decoderMemory: Int = RegionReader.decoderMemory
  ) throws {
    let scale: Scale =
      switch (level, micronsPerPixel) {
      case (let level, nil): .level(level ?? 0)
      case (nil, let microns?): .micronsPerPixel(microns)
      case (let level?, let microns?):
        throw ImageError(
          path: path, found: "asked for level \(level) and for \(microns) µm a pixel at once", remedy: "choose one")
      }
    try self.init(path: path, scale: scale, decoderMemory: decoderMemory)
  }

  /// The whole image with its longer side no longer than `side` pixels, from the smallest level that has as many.
  /// - Throws: `ImageError`.
  public convenience init(path: String, longestSide side: Int, decoderMemory: Int = RegionReader.decoderMemory) throws {
    try self.init(path: path, scale: .longestSide(side), decoderMemory: decoderMemory)
  }

  /// - Parameter ground: what shows through transparent pixels, 0 black … 1 white.
  init(path: String, scale: Scale, decoderMemory: Int = RegionReader.decoderMemory, ground: Double = 1) throws {
    let layout = try ImageLayout(path: path, decoderMemory: decoderMemory)
    let levels = layout.uprightLevels
    let choice = try scale.choice(of: levels, path: path)
    let top = try layout.pixels(path: path, level: choice.level, ground: ground)
    self.path = path
    self.levels = levels
    level = choice.level
    width = choice.width
    height = choice.height
    isResized = choice.width != levels[choice.level].width || choice.height != levels[choice.level].height
    pixelSize = levels[choice.level].pixelSize.map {
      PixelSize(
        x: $0.x * Double(levels[choice.level].width) / Double(choice.width),
        y: $0.y * Double(levels[choice.level].height) / Double(choice.height))
    }
    isWide = top.isWide
    pixels = Mutex(Pixels(top: isResized ? ResizedPixels(top, width: choice.width, height: choice.height) : top))
    stamp = try FileStamp(path: path)
  }

  /// The rectangle's pixels.
  ///
  /// Cheapest in ascending rows: see Order above.
  /// - Precondition: it lies inside the image and is not empty.
  /// - Throws: `ImageError` where the file has gone or changed since it was opened, `FileWriteError` where a temporary
  ///   file is needed and cannot be written.
  public func read(x: Int, y: Int, width: Int, height: Int) throws -> Region {
    let area = PixelRectangle(x: x, y: y, width: width, height: height)
    precondition(
      width > 0 && height > 0 && PixelRectangle(x: 0, y: 0, width: self.width, height: self.height).contains(area),
      "region \(area) of an image of \(self.width) × \(self.height) pixels")
    try stamp.check()
    return try pixels.withLock { pixels in
      isWide
        ? try Self.read(area, of: pixels.top, Region.Samples.floats)
        : try Self.read(area, of: pixels.top, Region.Samples.bytes)
    }
  }

  private static func read<Sample>(
    _ area: PixelRectangle, of pixels: any LevelPixels, _ wrap: ([Sample]) -> Region.Samples
  ) throws -> Region {
    var unreadable: [PixelRectangle] = []
    let count = area.width * area.height * 3
    let samples = try [Sample](unsafeUninitializedCapacity: count) { memory, initialized in
      let buffer = PixelBuffer(
        area: area, isWide: pixels.isWide, base: UnsafeMutableRawPointer(memory.baseAddress!))
      unreadable = try pixels.read(into: buffer)
      initialized = count
    }
    return Region(
      area: area, samples: wrap(samples), unreadable: unreadable.map { $0.moved(x: -area.x, y: -area.y) })
  }
}
