import Foundation

/// A format, or a form of one, whose decoder holds the whole image whatever part of it is wanted.
struct WholeDecoder {
  /// As in "pixels as progressive JPEG".
  let format: String
  /// Bytes it holds, about: measured with libvips 8.14 at 8000 × 8000 pixels, but for JPEG and PNG, where they follow
  /// from the format.
  let bytes: Int

  /// Nil where decoding needs some rows or tiles only.
  /// - Parameter loader: libvips' loader, without "VipsForeignLoad".
  init?(loader: String, picture: OpenPicture) {
    let isInterlaced = picture.field("interlaced") == "1"
    let perPixel: Int
    switch true {
    case loader.hasPrefix("Jpeg") && isInterlaced:
      // Coefficients of two bytes, of all colours until the last scan; chroma halved along both axes is usual.
      format = "progressive JPEG"
      perPixel = picture.field("jpeg-chroma-subsample") == "4:2:0" ? 3 : 6
    case loader.hasPrefix("Png") && isInterlaced:
      format = "interlaced PNG"
      perPixel = Int(picture.form.bands * picture.form.sample_bytes)
    case loader.hasPrefix("Webp"):
      format = "WebP"
      perPixel = 8
    case loader.hasPrefix("Nsgif"):
      format = "GIF"
      perPixel = 5
    case loader.hasPrefix("Jxl"):
      format = "JPEG XL"
      perPixel = 6
    case loader.hasPrefix("Heif"):
      format = "HEIF"
      perPixel = 8
    case loader.hasPrefix("Jp2k"):
      guard let tiles = JPEG2000Tiles(path: picture.path) else { return nil }
      format = "JPEG 2000 in tiles of \(tiles.width) × \(tiles.height)"
      bytes = 3 * tiles.width * tiles.height
      return
    default: return nil
    }
    bytes = perPixel * picture.width * picture.height
  }
}

/// Size of the tiles of a JPEG 2000 file, from the SIZ segment of its code stream (ISO 15444-1, A.5.1).
struct JPEG2000Tiles {
  let width: Int
  let height: Int

  /// Nil where the first 64 KiB hold no such segment.
  init?(path: String) {
    guard let file = FileHandle(forReadingAtPath: path), let head = try? file.read(upToCount: 65536) else { return nil }
    // SOC and SIZ, with SIZ's length and capabilities before the six sizes and offsets.
    guard let start = head.firstRange(of: Data([0xff, 0x4f, 0xff, 0x51]))?.upperBound else { return nil }
    func number(_ index: Int) -> Int? {
      let at = start + 4 + 4 * index
      guard at + 4 <= head.endIndex else { return nil }
      return head[at..<at + 4].reduce(0) { $0 << 8 | Int($1) }
    }
    guard let right = number(0), let bottom = number(1), let tileWidth = number(4), let tileHeight = number(5),
      tileWidth > 0, tileHeight > 0
    else { return nil }
    width = min(tileWidth, right)
    height = min(tileHeight, bottom)
  }
}
