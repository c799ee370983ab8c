import Foundation

/// Log-odds of a class, and how min-take-most shares them among the other classes.
///
///     z_cc' = z_c − z_c',   η_c = −log Σ_{c'≠c} exp(−z_cc') = log(p_c / (1 − p_c))
///     R_cc' = z_cc' · p_c',  p_c' = exp(−z_cc') / Σ_{c''≠c} exp(−z_cc'')
///
/// The rule does not conserve here: Σ R_cc' = η_c + H(p) with the entropy H(p) = −Σ p_c' log p_c', 0 ≤ H ≤ log(K − 1),
/// which is why the sum, η_c and H are reported side by side. Source: Montavon et al. 2019, "Handling the top layer" (the rule);
/// the entropy follows from log p_c' = η_c − z_cc'.
public struct LogOdds: Sendable {
  /// η_c, in nats.
  public let eta: Double
  /// p_c' of the other classes in ascending order, c left out: they sum to 1.
  public let shares: [Double]
  /// H(p), in nats.
  public let entropy: Double

  /// - Precondition: at least two classes.
  public init(_ scores: [Float], of c: Int) {
    precondition(scores.count > 1, "log-odds of \(scores.count) class(es)")
    let others = scores.indices.filter { $0 != c }.map { Double(scores[$0]) - Double(scores[c]) }  // −z_cc'
    let largest = others.max()!
    let exponentials = others.map { Foundation.exp($0 - largest) }
    let sum = exponentials.reduce(0, +)
    shares = exponentials.map { $0 / sum }
    eta = -(largest + Foundation.log(sum))
    entropy = shares.reduce(0) { $1 > 0 ? $0 - $1 * Foundation.log($1) : $0 }
  }

  /// Σ R_cc' = η_c + H(p).
  public var startSum: Double { eta + entropy }
}
