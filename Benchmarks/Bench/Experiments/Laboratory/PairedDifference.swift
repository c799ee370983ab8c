/// The difference of two measurements of the same images, first minus second.
struct PairedDifference: Codable, Hashable {
  var difference: Distribution
  /// Of the images where the first is larger.
  var shareLarger: Double

  /// - Precondition: as many of both, at least one.
  init(_ first: [Double], _ second: [Double]) {
    precondition(first.count == second.count, "\(first.count) and \(second.count) measurements")
    let differences = zip(first, second).map { $0 - $1 }
    difference = Distribution(differences)
    shareLarger = Double(differences.count { $0 > 0 }) / Double(differences.count)
  }

  /// Whether the first is larger on average: by more than two standard errors of the mean, or not, or nobody can tell.
  var verdict: Verdict {
    let margin = 2 * difference.standardError
    return difference.mean > margin ? .holds : difference.mean < -margin ? .fails : .open
  }
}

/// Whether a claim holds in what was measured.
enum Verdict: String, Codable {
  case holds
  case fails
  /// The difference is within two standard errors.
  case open

  var text: String {
    switch self {
    case .holds: "holds"
    case .fails: "**does not hold**"
    case .open: "**undecided**"
    }
  }

  init(_ isTrue: Bool) { self = isTrue ? .holds : .fails }
}
