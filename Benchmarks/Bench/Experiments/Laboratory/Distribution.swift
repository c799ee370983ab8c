import Foundation

/// What many images gave: mean, deviation, extremes.
struct Distribution: Codable, Hashable {
  var count: Int
  var mean: Double
  /// Standard deviation over the images (divided by their number).
  var deviation: Double
  var smallest: Double
  var median: Double
  var largest: Double

  /// - Precondition: at least one value, all finite.
  init(_ values: [Double]) {
    let spread = Spread(values)
    let mean = values.reduce(0, +) / Double(values.count)
    count = values.count
    self.mean = mean
    deviation = (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)).squareRoot()
    smallest = values.min()!
    median = spread.median
    largest = values.max()!
  }

  /// Of the mean, as if the images were drawn one by one: deviation / √(n − 1).
  var standardError: Double { count > 1 ? deviation / Double(count - 1).squareRoot() : .infinity }
}
