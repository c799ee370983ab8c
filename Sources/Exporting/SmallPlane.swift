import OMEZarr

/// A plane of a map's smallest level in memory, to be made still smaller.
struct SmallPlane {
  var width: Int
  var height: Int
  var values: [Float]

  init(_ level: ZarrArray, _ plane: MapPlane) throws {
    width = level.width
    height = level.height
    values = try level.region(plane: plane.rawValue, x: 0, y: 0, width: width, height: height)
  }

  private init(width: Int, height: Int, values: [Float]) {
    self.width = width
    self.height = height
    self.values = values
  }

  /// The mean of 2 × 2 each, of those that exist at the border, as the store's levels are made.
  func halved() -> SmallPlane {
    let (halfWidth, halfHeight) = ((width + 1) / 2, (height + 1) / 2)
    var result = [Float](repeating: 0, count: halfWidth * halfHeight)
    for y in 0..<halfHeight {
      let lines = 2 * y..<min(2 * y + 2, height)
      for x in 0..<halfWidth {
        let columns = 2 * x..<min(2 * x + 2, width)
        var sum = 0.0
        for line in lines { for column in columns { sum += Double(values[line * width + column]) } }
        result[y * halfWidth + x] = Float(sum / Double(lines.count * columns.count))
      }
    }
    return SmallPlane(width: halfWidth, height: halfHeight, values: result)
  }
}
