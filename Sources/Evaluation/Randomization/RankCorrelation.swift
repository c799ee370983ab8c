/// Spearman's rank correlation: −1 … 1, 1 where two maps order the pixels alike.
///
///     ρ = cov(rank x, rank y) / (σ(rank x)·σ(rank y)),  equal values share the mean of their ranks
///
/// Source: Spearman 1904; for explanations Adebayo et al. 2018. Trap: ranks of ties taken as they come make a map with many
/// zeros agree or disagree by chance; mean ranks do not.
public enum RankCorrelation {
  /// - Throws: `EvaluationError` where one of the maps has a single value everywhere: then all orders are as good.
  /// - Precondition: as many values in both, at least two.
  public static func spearman(_ x: [Float], _ y: [Float]) throws -> Double {
    precondition(x.count == y.count && x.count > 1, "\(x.count) and \(y.count) values")
    let (a, b) = (ranks(x), ranks(y))
    // Mean ranks sum to n·(n + 1)/2 whatever the ties.
    let mean = Double(x.count + 1) / 2
    var (ab, aa, bb) = (0.0, 0.0, 0.0)
    for index in a.indices {
      ab += (a[index] - mean) * (b[index] - mean)
      aa += (a[index] - mean) * (a[index] - mean)
      bb += (b[index] - mean) * (b[index] - mean)
    }
    guard aa > 0, bb > 0 else {
      throw EvaluationError("rank correlation: all values of a map are equal, and it has no order to compare")
    }
    return ab / (aa * bb).squareRoot()
  }

  /// 1 … n by rising value; ties share their mean.
  static func ranks(_ values: [Float]) -> [Double] {
    let order = Ranking.ascending(values)
    var ranks = [Double](repeating: 0, count: values.count)
    var first = 0
    while first < order.count {
      var end = first + 1
      while end < order.count, values[Int(order[end])] == values[Int(order[first])] { end += 1 }
      for place in first..<end { ranks[Int(order[place])] = Double(first + end + 1) / 2 }
      first = end
    }
    return ranks
  }
}
