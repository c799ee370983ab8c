@testable import RelevancePropagation

extension Contributions {
  /// R_i of one image for a rule that divides R_k in proportion to something: the papers' formulas, one by one.
  ///
  /// Nil for a rule that does not.
  func relevance(_ rule: any Rule, a: [Double], incoming: [Double]) -> [Double]? {
    let none = bias.map { _ in 0.0 }
    switch rule {
    case let rule as ZeroRule:  // a_i w_ik / z_k
      return divide(incoming, bias, rule.stabilizer) { a[$0] * $1 }
    case let rule as EpsilonRule:  // a_i w_ik / (z_k + ε sign z_k)
      return divide(incoming, bias, rule.epsilon) { a[$0] * $1 }
    case let rule as GammaRule:  // a_i (w + γ w⁺), the bias likewise, as unit 0
      let gamma = Double(rule.gamma)
      let constant =
        switch rule.bias {
        case .favoured: bias.map { $0 + gamma * max($0, 0) }
        case .plain: bias
        case .none: none
        }
      return divide(incoming, constant, rule.stabilizer) { a[$0] * ($1 + gamma * max($1, 0)) }
    case let rule as GeneralizedGammaRule:
      return generalizedGamma(Double(rule.gamma), rule.stabilizer, a, incoming)
    case let rule as ZPlusRule:  // (a_i w_ik)⁺
      let constant = rule.bias == .positive ? bias.map { max($0, 0) } : none
      return divide(incoming, constant, rule.stabilizer) { max(a[$0] * $1, 0) }
    case let rule as AlphaBetaRule:  // α (a_i w_ik)⁺ / Σ⁺ − β (a_i w_ik)⁻ / Σ⁻
      let alpha = Double(rule.alpha)
      let up = divide(incoming, rule.bias == .split ? bias.map { max($0, 0) } : none, rule.stabilizer) {
        max(a[$0] * $1, 0)
      }
      let down = divide(incoming, rule.bias == .split ? bias.map { min($0, 0) } : none, rule.stabilizer) {
        min(a[$0] * $1, 0)
      }
      return up.indices.map { alpha * up[$0] - (alpha - 1) * down[$0] }
    case let rule as FlatRule:  // 1 / number of inputs
      return divide(incoming, none, rule.stabilizer) { _, _ in 1 }
    case let rule as SquaredWeightsRule:  // w_ik²
      return divide(incoming, rule.bias == .square ? bias.map { $0 * $0 } : none, rule.stabilizer) { $1 * $1 }
    case let rule as BoxRule:  // a_i w_ik − l_i w_ik⁺ − h_i w_ik⁻
      return divide(incoming, none, rule.stabilizer) { i, w in
        let l = Double(rule.low[rule.low.count == 1 ? 0 : channel[i]])
        let h = Double(rule.high[rule.high.count == 1 ? 0 : channel[i]])
        return a[i] * w - l * max(w, 0) - h * min(w, 0)
      }
    case is GradientRule:
      var result = [Double](repeating: 0, count: a.count)
      for k in edges.indices { for edge in edges[k] { result[edge.i] += edge.w * incoming[k] } }
      return result
    default: return nil
    }
  }

  /// Where z > 0 contributions that are positive weigh 1 + γ, where z < 0 those that are negative.
  private func generalizedGamma(_ gamma: Double, _ stabilizer: Stabilizer, _ a: [Double], _ incoming: [Double])
    -> [Double]
  {
    let z = output(a)
    let up = divide(
      z.indices.map { z[$0] > 0 ? incoming[$0] : 0 }, bias.map { $0 + gamma * max($0, 0) }, stabilizer
    ) { a[$0] * $1 + gamma * max(a[$0] * $1, 0) }
    let down = divide(
      z.indices.map { z[$0] < 0 ? incoming[$0] : 0 }, bias.map { $0 + gamma * min($0, 0) }, stabilizer
    ) { a[$0] * $1 + gamma * min(a[$0] * $1, 0) }
    return up.indices.map { up[$0] + down[$0] }
  }

  /// R_i = Σ_k n_ik / stab(Σ_i n_ik + constant_k) · R_k, with n_ik of input i and weight w_ik.
  private func divide(
    _ incoming: [Double], _ constant: [Double], _ stabilizer: Stabilizer, numerator: (Int, Double) -> Double
  ) -> [Double] {
    let z = edges.indices.map { k in cancelled(edges[k].reduce(constant[k]) { $0 + numerator($1.i, $1.w) }) }
    let rms = (z.reduce(0) { $0 + $1 * $1 } / Double(z.count)).squareRoot()
    let epsilon = Double(stabilizer.epsilon) + Double(stabilizer.relative) * rms
    var result = [Double](repeating: 0, count: inputCounts.reduce(0, +))
    for k in edges.indices {
      let denominator =
        switch stabilizer.sign {
        case .signed: z[k] < 0 ? z[k] - epsilon : z[k] + epsilon
        case .positive: z[k] + epsilon
        case .atZero: z[k] == 0 ? epsilon : z[k]
        }
      guard cancelled(denominator) != 0 else { continue }
      for edge in edges[k] { result[edge.i] += numerator(edge.i, edge.w) / denominator * incoming[k] }
    }
    return result
  }

  /// Weights such as 1/6 are no Doubles: a sum that is 0 in the definition is 1e-17 here.
  private func cancelled(_ sum: Double) -> Double { abs(sum) < 1e-13 ? 0 : sum }
}
