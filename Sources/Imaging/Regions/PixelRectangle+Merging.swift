import RelevancePropagation

extension PixelRectangle {
  /// The same pixels in fewer rectangles, where neighbours in reading order share a side: tiles of a row become one,
  /// equal rows become one.
  static func merged(_ rectangles: [PixelRectangle]) -> [PixelRectangle] {
    var lines: [PixelRectangle] = []
    for next in rectangles.sorted(by: { ($0.y, $0.x) < ($1.y, $1.x) }) {
      if let last = lines.last, last.rows == next.rows, last.x + last.width == next.x {
        lines[lines.count - 1].width += next.width
      } else {
        lines.append(next)
      }
    }
    var result: [PixelRectangle] = []
    for next in lines {
      if let above = result.lastIndex(where: { $0.columns == next.columns && $0.y + $0.height == next.y }) {
        result[above].height += next.height
      } else {
        result.append(next)
      }
    }
    return result
  }
}
