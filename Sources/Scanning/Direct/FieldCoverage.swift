import RelevancePropagation

/// How many receptive fields contain each pixel, counted strip by strip.
struct FieldCoverage {
  private var fields: [PixelRectangle] = []

  /// Another explained position, in pixels of the map.
  mutating func add(_ field: PixelRectangle) { fields.append(field) }

  /// The counts of a rectangle's pixels, row by row; fields that end within its rows are forgotten.
  mutating func take(_ rectangle: PixelRectangle) -> [Float] {
    let pitch = rectangle.width + 1
    // What begins and ends where; the sum over all above and to the left is the count.
    var changes = [Int32](repeating: 0, count: pitch * (rectangle.height + 1))
    for field in fields where field.intersects(rectangle) {
      let rows = field.rows.clamped(to: rectangle.rows)
      let columns = field.columns.clamped(to: rectangle.columns)
      for (row, sign) in [(rows.lowerBound, Int32(1)), (rows.upperBound, -1)] {
        let line = (row - rectangle.y) * pitch - rectangle.x
        changes[line + columns.lowerBound] += sign
        changes[line + columns.upperBound] -= sign
      }
    }
    fields.removeAll { $0.rows.upperBound <= rectangle.rows.upperBound }
    var counts = [Float](repeating: 0, count: rectangle.width * rectangle.height)
    var above = [Int32](repeating: 0, count: pitch)
    for row in 0..<rectangle.height {
      var count: Int32 = 0
      for column in 0..<rectangle.width {
        above[column] += changes[row * pitch + column]
        count += above[column]
        counts[row * rectangle.width + column] = Float(count)
      }
    }
    return counts
  }
}
