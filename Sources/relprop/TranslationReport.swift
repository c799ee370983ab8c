import RelevancePropagation

/// What a report says of a translation average.
struct TranslationReport: Codable, Sendable {
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

  struct Copy: Codable, Sendable {
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
