import Foundation
import TIFFShim

/// Where a picture lies on the earth, as GeoTIFF's tags say it (OGC 19-008): numbers that turn pixels into coordinates, and
/// keys that say which coordinates.
///
/// The place of a part of a picture, or of a smaller copy, follows from that of the whole. With u, v the position in the
/// part's pixels, f the factor between the two and x, y the part's corner, the whole's position is f·(u + x), f·(v + y).
struct GeoPlace: Sendable, Equatable {
  /// ModelPixelScale: three numbers, or none.
  var scale: [Double]
  /// ModelTiepoint: i, j, k in pixels, x, y, z on the earth; six numbers each, or none.
  var tiepoints: [Double]
  /// ModelTransformation: sixteen numbers, rows first, or none.
  var matrix: [Double]
  /// GeoKeyDirectory, GeoDoubleParams, GeoAsciiParams: which coordinates.
  var keys: [UInt16]
  var doubles: [Double]
  var text: String?

  init(
    scale: [Double], tiepoints: [Double], matrix: [Double], keys: [UInt16], doubles: [Double], text: String?
  ) {
    (self.scale, self.tiepoints, self.matrix) = (scale, tiepoints, matrix)
    (self.keys, self.doubles, self.text) = (keys, doubles, text)
  }

  /// The place of a TIFF file's first picture; nil where it is none or says of no place.
  init?(path: String) {
    var tags = tiff_shim_place()
    guard tiff_shim_read_place(path, &tags) == 0 else { return nil }
    defer { tiff_shim_free_place(&tags) }
    func array<Element>(_ pointer: UnsafeMutablePointer<Element>?, _ count: Int32) -> [Element] {
      Array(UnsafeBufferPointer(start: pointer, count: pointer == nil ? 0 : Int(count)))
    }
    scale = tags.scale_count == 3 ? [tags.scale.0, tags.scale.1, tags.scale.2] : []
    tiepoints = array(tags.tiepoints, tags.tiepoint_count / 6 * 6)
    matrix =
      tags.matrix_count == 16
      ? withUnsafeBytes(of: tags.matrix) { Array($0.bindMemory(to: Double.self)) } : []
    keys = array(tags.keys, tags.key_count)
    doubles = array(tags.doubles, tags.double_count)
    text = tags.text.map { String(cString: $0) }
  }

  /// GTRasterTypeGeoKey 1025 is 2: whole numbers are the centres of pixels, not their corners.
  private var countsCentres: Bool {
    stride(from: 4, to: keys.count - 3, by: 4).contains { keys[$0] == 1025 && keys[$0 + 1] == 0 && keys[$0 + 3] == 2 }
  }

  /// The place of a part that begins at x, y in the pixels of a copy which is smaller by `factorX`, `factorY`.
  func moved(factorX: Double, factorY: Double, x: Double, y: Double) -> GeoPlace {
    var place = self
    // Corners are what moves and shrinks; a centre lies half a pixel from its corner.
    let half = countsCentres ? 0.5 : 0
    func inPart(_ position: Double, _ factor: Double, _ corner: Double) -> Double {
      (position + half) / factor - corner - half
    }
    if scale.count == 3 { place.scale = [scale[0] * factorX, scale[1] * factorY, scale[2]] }
    for tie in stride(from: 0, to: tiepoints.count, by: 6) {
      place.tiepoints[tie] = inPart(tiepoints[tie], factorX, x)
      place.tiepoints[tie + 1] = inPart(tiepoints[tie + 1], factorY, y)
    }
    if matrix.count == 16 {
      // The whole's position of the part's 0, 0.
      let (left, top) = (factorX * (x + half) - half, factorY * (y + half) - half)
      for row in stride(from: 0, to: 16, by: 4) {
        place.matrix[row] = matrix[row] * factorX
        place.matrix[row + 1] = matrix[row + 1] * factorY
        place.matrix[row + 3] = matrix[row + 3] + matrix[row] * left + matrix[row + 1] * top
      }
    }
    return place
  }

  /// For the time of `body`, as libtiff's shim wants it.
  func withTags<Result>(_ body: (UnsafePointer<tiff_shim_place>) throws -> Result) rethrows -> Result {
    var (tiepoints, keys, doubles) = (tiepoints, keys, doubles)
    var text = text.map { Array($0.utf8CString) } ?? []
    return try tiepoints.withUnsafeMutableBufferPointer { tiepoints in
      try keys.withUnsafeMutableBufferPointer { keys in
        try doubles.withUnsafeMutableBufferPointer { doubles in
          try text.withUnsafeMutableBufferPointer { text in
            var tags = tiff_shim_place()
            if scale.count == 3 {
              tags.scale = (scale[0], scale[1], scale[2])
              tags.scale_count = 3
            }
            if matrix.count == 16 {
              withUnsafeMutableBytes(of: &tags.matrix) { $0.copyBytes(from: matrix.withUnsafeBytes { Array($0) }) }
              tags.matrix_count = 16
            }
            tags.tiepoints = tiepoints.isEmpty ? nil : tiepoints.baseAddress
            tags.tiepoint_count = Int32(tiepoints.count)
            tags.keys = keys.isEmpty ? nil : keys.baseAddress
            tags.key_count = Int32(keys.count)
            tags.doubles = doubles.isEmpty ? nil : doubles.baseAddress
            tags.double_count = Int32(doubles.count)
            tags.text = text.isEmpty ? nil : text.baseAddress
            return try withUnsafePointer(to: tags) { try body($0) }
          }
        }
      }
    }
  }
}
