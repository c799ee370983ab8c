import CTIFF
import Foundation

/// A TIFF file as libtiff reads it, for tests: every picture with its tags and decoded tiles.
final class TIFFReader {
  private let tiff: OpaquePointer

  struct Picture {
    var offset: UInt64
    var width: Int
    var height: Int
    var bands: Int
    var bits: Int
    var isReduced: Bool
    var predictor: Int
    var description: String?
    var children: [UInt64]
    var pixelsPerCentimetre: Double
    /// Where its tiles lie in the file.
    var tileOffsets: [UInt64]
  }

  init?(_ path: String) {
    // libtiff does not know GDAL's tags, and says so.
    TIFFSetWarningHandler(nil)
    guard let tiff = TIFFOpen(path, "r") else { return nil }
    self.tiff = tiff
  }

  deinit { TIFFClose(tiff) }

  var isBig: Bool { TIFFIsBigTIFF(tiff) != 0 }

  /// The pictures of the chain.
  func chain() -> [Picture] {
    (0..<Int(TIFFNumberOfDirectories(tiff))).map { number in
      TIFFSetDirectory(tiff, tdir_t(number))
      return current()
    }
  }

  /// A SubIFD.
  func picture(at offset: UInt64) -> Picture {
    TIFFSetSubDirectory(tiff, offset)
    return current()
  }

  private func get<Value>(_ tag: Int32, _ value: inout Value) -> Bool {
    withUnsafeMutablePointer(to: &value) { pointer in
      withVaList([pointer]) { TIFFVGetFieldDefaulted(tiff, UInt32(tag), $0) == 1 }
    }
  }

  private func number(_ tag: Int32) -> Int {
    var value: UInt32 = 0
    return get(tag, &value) ? Int(value) : 0
  }

  private func current() -> Picture {
    var (resolution, type): (Float, UInt32) = (0, 0)
    var text: UnsafePointer<CChar>?
    _ = get(TIFFTAG_XRESOLUTION, &resolution)
    _ = get(TIFFTAG_SUBFILETYPE, &type)
    let description = get(TIFFTAG_IMAGEDESCRIPTION, &text) ? text.map { String(cString: $0) } : nil
    var (count, offsets): (UInt16, UnsafePointer<UInt64>?) = (0, nil)
    let hasChildren = withUnsafeMutablePointer(to: &count) { count in
      withUnsafeMutablePointer(to: &offsets) { offsets in
        withVaList([count, offsets]) { TIFFVGetField(tiff, UInt32(TIFFTAG_SUBIFD), $0) == 1 }
      }
    }
    return Picture(
      offset: TIFFCurrentDirOffset(tiff), width: number(TIFFTAG_IMAGEWIDTH), height: number(TIFFTAG_IMAGELENGTH),
      bands: number(TIFFTAG_SAMPLESPERPIXEL) & 0xffff, bits: number(TIFFTAG_BITSPERSAMPLE) & 0xffff,
      isReduced: type & 1 == 1, predictor: number(TIFFTAG_PREDICTOR) & 0xffff, description: description,
      children: hasChildren ? (0..<Int(count)).map { offsets![$0] } : [], pixelsPerCentimetre: Double(resolution),
      tileOffsets: (0..<TIFFNumberOfTiles(tiff)).map { TIFFGetStrileOffset(tiff, $0) })
  }

  /// All samples of a picture, interleaved, row by row, without the tiles' borders.
  func samples<Sample: BitwiseCopyable>(of picture: Picture, as: Sample.Type, zero: Sample) throws -> [Sample] {
    TIFFSetSubDirectory(tiff, picture.offset)
    var result = [Sample](repeating: zero, count: picture.width * picture.height * picture.bands)
    let side = 512
    var tile = [Sample](repeating: zero, count: side * side * picture.bands)
    let columns = (picture.width + side - 1) / side
    for number in 0..<Int(TIFFNumberOfTiles(tiff)) {
      let read = tile.withUnsafeMutableBytes {
        TIFFReadEncodedTile(tiff, UInt32(number), $0.baseAddress, tmsize_t($0.count))
      }
      guard read == tile.count * MemoryLayout<Sample>.size else { throw Failure(tile: number, read: Int(read)) }
      let (left, top) = (number % columns * side, number / columns * side)
      let count = min(side, picture.width - left) * picture.bands
      for line in 0..<min(side, picture.height - top) {
        let to = ((top + line) * picture.width + left) * picture.bands
        let from = line * side * picture.bands
        result.replaceSubrange(to..<to + count, with: tile[from..<from + count])
      }
    }
    return result
  }

  struct Failure: Error {
    var tile: Int
    var read: Int
  }
}
