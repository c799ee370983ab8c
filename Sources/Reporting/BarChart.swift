/// Stacked horizontal bars, a row a category: time of forward and backward pass, layer by layer.
public struct BarChart: Sendable {
  public struct Series: Sendable {
    public let name: String
    /// As many as there are categories, none negative.
    public let values: [Double]
    public init(_ name: String, _ values: [Double]) {
      self.name = name
      self.values = values
    }
  }

  public let title: String
  public let unit: String
  public let categories: [String]
  public let series: [Series]
  /// Pixels of the longest bar's axis.
  public let plotWidth: Double

  public init(title: String, unit: String, categories: [String], series: [Series], plotWidth: Double = 560) {
    for one in series {
      precondition(one.values.count == categories.count, "\(one.name): \(one.values.count) values")
    }
    self.title = title
    self.unit = unit
    self.categories = categories
    self.series = series
    self.plotWidth = plotWidth
  }

  public var picture: SVGDocument {
    let (left, right, top, row, length) = (110.0, 70.0, 56.0, 17.0, plotWidth)
    let bottom = top + row * Double(categories.count)
    var picture = SVGDocument(width: left + length + right, height: bottom + 36)
    picture.label(title, x: left, y: 20, size: 14)
    var x = left
    for (index, one) in series.enumerated() {
      picture.rectangle(x: x, y: 30, width: 10, height: 10, fill: Palette.color(index))
      picture.label(one.name, x: x + 14, y: 39)
      x += 30 + 7 * Double(one.name.count)
    }
    let totals = categories.indices.map { row in series.reduce(0) { $0 + $1.values[row] } }
    let axis = Axis(largest: totals.max() ?? 0)
    for tick in axis.ticks {
      let x = left + axis.position(tick, length: length)
      picture.line(from: (x, top - 4), to: (x, bottom))
      picture.label(Axis.text(tick), x: x, y: bottom + 14, anchor: .middle)
    }
    picture.label(unit, x: left + length / 2, y: bottom + 30, anchor: .middle)
    for (index, category) in categories.enumerated() {
      let y = top + row * Double(index)
      picture.label(category, x: left - 6, y: y + 12, anchor: .end)
      var start = left
      for (number, one) in series.enumerated() {
        let width = axis.position(one.values[index], length: length)
        picture.rectangle(
          x: start, y: y + 2, width: width, height: row - 4, fill: Palette.color(number),
          title: "\(category), \(one.name): \(Axis.text(one.values[index])) \(unit)")
        start += width
      }
      picture.label(Axis.text((totals[index] * 100).rounded() / 100), x: start + 4, y: y + 12, size: 10)
    }
    return picture
  }
}
