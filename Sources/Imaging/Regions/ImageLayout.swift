import Foundation
import VipsShim

/// What an image file holds, and how its pixels are reached: read from headers alone.
struct ImageLayout {
  /// One resolution, as stored.
  struct Level {
    let width: Int
    let height: Int
    let picture: vips_shim_picture
    let access: Access
  }

  enum Access {
    /// Any tile at any time.
    case tiles(width: Int, height: Int, isSpoiltByFailure: Bool)
    /// Any strip of so many rows at any time.
    case strips(rows: Int)
    /// From the top to the bottom.
    case inOrder
  }

  /// Level 0 first, each smaller than the one before it.
  let levels: [Level]
  let orientation: Orientation
  /// Of level 0, as stored.
  let pixelSize: PixelSize?

  /// - Parameter decoderMemory: bytes that the format's decoder may hold at once.
  /// - Throws: `ImageError`: no such file, no image, damaged, or no way to read regions in bounded memory.
  init(path: String, decoderMemory: Int) throws {
    try ImageFile.checkIsFile(path)
    guard let text = vips_shim_loader(path) else { throw ImageFile.error(path, nil, isNoImage: true) }
    defer { vips_shim_free(text) }
    let loader = String(cString: text).dropFirst("VipsForeignLoad".count)
    if loader.hasPrefix("Openslide") {
      self = try Self.slide(path)
    } else if loader.hasPrefix("Tiff") {
      self = try Self.tiff(path)
    } else {
      self = try Self.single(path, loader: String(loader), decoderMemory: decoderMemory)
    }
  }

  private init(levels: [Level], orientation: Int32, pixelSize: PixelSize?) {
    self.levels = Self.pyramid(levels)
    self.orientation = Orientation(Int(orientation))
    self.pixelSize = pixelSize
  }

  /// Levels from large to small, those that do not show the first one's whole picture left out.
  private static func pyramid(_ levels: [Level]) -> [Level] {
    guard let first = levels.first else { return [] }
    var result = [first]
    for level in levels.dropFirst().sorted(by: { $0.width > $1.width }) {
      let height = Double(first.height) * Double(level.width) / Double(first.width)
      let isSmaller = level.width < result.last!.width && level.height < result.last!.height
      if isSmaller, level.width > 0, abs(Double(level.height) - height) <= 2 + height / 100 { result.append(level) }
    }
    return result
  }

  private static func slide(_ path: String) throws -> ImageLayout {
    func open(_ level: Int) throws -> OpenPicture {
      let picture = vips_shim_picture(kind: VIPS_SHIM_LEVEL, page: Int32(level), part: -1)
      return try OpenPicture(path: path, picture: picture, inOrder: false, ground: 1)
    }
    let first = try open(0)
    func number(_ name: String) -> Int? { first.field("openslide.\(name)").flatMap(Int.init) }
    let levels = (0..<max(number("level-count") ?? 1, 1)).map { level in
      let prefix = "level[\(level)]."
      return Level(
        width: number(prefix + "width") ?? (level == 0 ? first.width : 0),
        height: number(prefix + "height") ?? (level == 0 ? first.height : 0),
        picture: vips_shim_picture(kind: VIPS_SHIM_LEVEL, page: Int32(level), part: -1),
        // Where OpenSlide does not tell, libvips keeps tiles of 256.
        access: .tiles(
          width: number(prefix + "tile-width") ?? 256, height: number(prefix + "tile-height") ?? 256,
          isSpoiltByFailure: true))
    }
    let size = PixelSize(
      checked: first.field("openslide.mpp-x").flatMap(Double.init), first.field("openslide.mpp-y").flatMap(Double.init))
    return ImageLayout(levels: levels, orientation: 1, pixelSize: size)
  }

  private static func tiff(_ path: String) throws -> ImageLayout {
    var message: UnsafeMutablePointer<CChar>?
    guard let tiff = vips_shim_tiff_open(path, &message) else { throw ImageFile.error(path, message) }
    defer { vips_shim_tiff_free(tiff) }
    let levels = (0..<Int(tiff.pointee.count)).map { index in
      let level = tiff.pointee.levels[index]
      let access: Access =
        if level.is_tiled != 0 {
          .tiles(
            width: max(Int(level.tile_width), 1), height: max(Int(level.tile_height), 1), isSpoiltByFailure: false)
        } else {
          level.has_free_strips != 0 ? .strips(rows: Int(level.tile_height)) : .inOrder
        }
      return Level(width: Int(level.width), height: Int(level.height), picture: level.picture, access: access)
    }
    // Also tells whether libvips can read it at all.
    let first = try OpenPicture(path: path, picture: levels[0].picture, inOrder: true, ground: 1)
    let description = tiff.pointee.description.map { String(cString: $0) }
    return ImageLayout(
      levels: levels, orientation: first.form.orientation,
      pixelSize: description.flatMap(PixelSize.init(omeXML:))
        ?? PixelSize(checked: tiff.pointee.microns_x, tiff.pointee.microns_y))
  }

  /// A file of one picture.
  private static func single(_ path: String, loader: String, decoderMemory: Int) throws -> ImageLayout {
    let picture = try OpenPicture(path: path, inOrder: true, ground: 1)
    let decoder = WholeDecoder(loader: loader, picture: picture)
    if let decoder, decoder.bytes > decoderMemory {
      throw ImageError(
        path: path,
        found: "\(picture.width) × \(picture.height) pixels as \(decoder.format) are decoded as a whole, which takes "
          + "about \(decoder.bytes >> 20) MiB (limit \(decoderMemory >> 20))",
        remedy: "convert it to a tiled TIFF, for instance with: vips tiffsave --tile --pyramid --bigtiff")
    }
    let access: Access =
      switch loader.prefix(4) {
      case "Jp2k":
        .tiles(
          width: JPEG2000Tiles(path: path)?.width ?? 512, height: JPEG2000Tiles(path: path)?.height ?? 512,
          isSpoiltByFailure: true)
      default: .inOrder
      }
    return ImageLayout(
      levels: [Level(width: picture.width, height: picture.height, picture: .first, access: access)],
      orientation: picture.form.orientation, pixelSize: nil)
  }
}
