/// zᴮ, for the first layer on pixels between l and h:
///
///     R_i = Σ_k (a_i·w_ik − l_i·w_ik⁺ − h_i·w_ik⁻) / Σ_i(…) · R_k
///
/// The bias cancels (b − b⁺ − b⁻ = 0) and is left out. Padding is no pixel: there a = l = h = 0.
/// Source: Montavon et al. 2017, section 5.1.2.
public struct BoxRule: Rule {
  public static let name = "box"
  public static let summary = "zᴮ: for pixels between two bounds (Montavon et al. 2017)"

  /// Lower and upper bound per channel, in the network's input space.
  public var low: [Float]
  public var high: [Float]
  public var stabilizer: Stabilizer

  public init(low: [Float], high: [Float], stabilizer: Stabilizer = .zennit) {
    self.low = low
    self.high = high
    self.stabilizer = stabilizer
  }

  public init(arguments: inout RuleArguments) throws {
    low = try arguments.numbers("low", default: arguments.low)
    high = try arguments.numbers("high", default: arguments.high)
    stabilizer = try arguments.stabilizer("stabilizer", default: arguments.profile.stabilizer)
  }

  public var parameters: [RuleParameter] {
    [RuleParameter("low", low), RuleParameter("high", high), RuleParameter("stabilizer", stabilizer)]
  }

  public var propagation: Propagation {
    .shares(
      [
        Share(terms: [
          .init(.all, .all),
          .init(.constant(low), .positive, coefficient: -1),
          .init(.constant(high), .negative, coefficient: -1),
        ])
      ], stabilizer)
  }
}
