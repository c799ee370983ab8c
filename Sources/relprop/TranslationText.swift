import Foundation
import RelevancePropagation

/// A translation average in words, and its numbers for reports.
enum TranslationText {
  /// "averaged over 25 shifts (grid 5 x 5, step 1; border edge, divided by total): score 4.21 to 4.76, …".
  static func line(_ record: TranslationRecord, labels: [String], topClass: Int) -> String {
    let values = record.copies.map(\.value)
    let same = record.copies.count { $0.topClass == topClass }
    return
      "averaged over \(record.copies.count) shift(s) (\(record.shifts); border \(record.border.rawValue), divided by "
      + "\(record.divisor.rawValue)): "
      + String(format: "%.5g to %.5g, ", values.min() ?? 0, values.max() ?? 0)
      + "\(labels[topClass]) on top in \(same)"
  }
}

/// What a report says of a translation average.
struct TranslationReport: Encodable {
  /// "grid 5 x 5, step 1".
  var shifts: String
  var border: String
  var divisor: String
  /// Shifts that cover the pixel that fewest cover, and that which most do.
  var coverage: [Int]
  /// Mean and deviation over the shifts of the target's value.
  var meanValue: Double
  var valueDeviation: Double
  /// Mean over the shifts of the relevance that lay outside the image when it was moved back.
  var outside: Double
  /// Σ over pixels of the variance; null where it was not asked for.
  var varianceSum: Double?
  var copies: [Copy]

  struct Copy: Encodable {
    var dy: Int
    var dx: Int
    /// The target's value; score and probability of the explained class.
    var value: Double
    var score: Float
    var probability: Double
    var topClass: Int
    var topName: String
    var topProbability: Double
    /// Sum at the copy's input.
    var relevance: Double
  }

  init(_ record: TranslationRecord, labels: [String]) {
    shifts = record.shifts
    border = record.border.rawValue
    divisor = record.divisor.rawValue
    coverage = [record.coverage.lowerBound, record.coverage.upperBound]
    let values = record.copies.map(\.value)
    let mean = values.reduce(0, +) / Double(values.count)
    meanValue = mean
    valueDeviation = (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)).squareRoot()
    outside = record.outside
    varianceSum = record.variance.map { $0.scalars.reduce(0) { $0 + Double($1) } }
    copies = record.copies.map {
      Copy(
        dy: $0.shift.dy, dx: $0.shift.dx, value: $0.value, score: $0.score, probability: $0.probability,
        topClass: $0.topClass, topName: labels[$0.topClass], topProbability: $0.topProbability, relevance: $0.relevance)
    }
  }
}
