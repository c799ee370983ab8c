import Foundation
import Imaging
import RelevancePropagation

/// An image whose pixels follow from a formula, written to files of any format.
struct DrawnImage {
  var width: Int
  var height: Int
  var bands = 3
  /// 16 bits a sample.
  var isWide = false
  /// In micrometres.
  var pixelSize = 0.0
  var orientation = 0
  var description: String?
  /// The sample of column x, row y, channel c.
  var sample: @Sendable (Int, Int, Int) -> Int = { x, y, c in (7 * x + 13 * y + 31 * c) % 256 }

  /// Smooth, so that lossy compression changes little, with detail everywhere.
  static func smooth(_ width: Int, _ height: Int) -> DrawnImage {
    DrawnImage(width: width, height: height) { x, y, c in
      let wave = sin(Double(x) / 23 + Double(c)) + cos(Double(y) / 31) + sin(Double(x + y) / 57)
      return Int(128 + 40 * wave)
    }
  }

  /// - Parameter name: with libvips' options in brackets: "a.tif[tile,compression=jpeg]".
  /// - Returns: the path without them.
  @discardableResult
  func write(_ name: String, in folder: TemporaryFolder) throws -> String {
    let (bands, isWide, sample) = (bands, isWide, sample)
    let path = folder.path(name.replacing(/\[.*\]$/, with: ""))
    var file = LargeImageFile(width: width, height: height)
    file.bands = bands
    file.isWide = isWide
    file.pixelSize = pixelSize
    file.orientation = orientation
    file.description = description
    try file.write(to: path, options: String(name.firstMatch(of: /\[(.*)\]$/)?.1 ?? "")) { area, samples, stride in
      for y in 0..<area.height {
        for i in 0..<area.width * bands {
          let sample = sample(area.x + i / bands, area.y + y, i % bands)
          if isWide {
            samples.storeBytes(of: UInt16(sample), toByteOffset: y * stride + i * 2, as: UInt16.self)
          } else {
            samples.storeBytes(of: UInt8(sample), toByteOffset: y * stride + i, as: UInt8.self)
          }
        }
      }
    }
    return path
  }

  /// The pixels of a rectangle, as the file holds them.
  func pixels(_ area: PixelRectangle) -> [UInt8] {
    area.rows.flatMap { y in area.columns.flatMap { x in (0..<3).map { UInt8(sample(x, y, $0)) } } }
  }
}

extension Photograph {
  /// A rectangle's samples, rounded to whole levels.
  func bytes(_ area: PixelRectangle) -> [UInt8] {
    let pixels = pixels
    return area.rows.flatMap { pixels[($0 * width + area.x) * 3..<($0 * width + area.x + area.width) * 3] }
  }
}

extension Region {
  /// One pixel of the reader's image.
  func pixel(_ x: Int, _ y: Int) -> [Float] {
    let first = ((y - area.y) * area.width + x - area.x) * 3
    return switch samples {
    case .bytes(let bytes): bytes[first..<first + 3].map { Float($0) }
    case .floats(let floats): Array(floats[first..<first + 3])
    }
  }
}

extension RegionReader {
  var whole: PixelRectangle { PixelRectangle(x: 0, y: 0, width: width, height: height) }

  func read(_ area: PixelRectangle) throws -> Region {
    try read(x: area.x, y: area.y, width: area.width, height: area.height)
  }
}
