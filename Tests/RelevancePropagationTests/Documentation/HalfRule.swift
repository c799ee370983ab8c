import RelevancePropagation

/// Half of every unit's relevance goes by z⁺, half in equal parts to all its inputs.
struct HalfRule: Rule {
  static let name = "half"
  static let summary = "half z⁺, half flat"

  /// How much goes by z⁺; the rest is flat.
  var share: Float
  var stabilizer: Stabilizer

  init(share: Float = 0.5, stabilizer: Stabilizer = .zennit) {
    self.share = share
    self.stabilizer = stabilizer
  }

  init(arguments: inout RuleArguments) throws {
    share = try arguments.number("share", default: 0.5, atLeast: 0)
    stabilizer = try arguments.stabilizer("stabilizer", default: arguments.profile.stabilizer)
  }

  var parameters: [RuleParameter] {
    [RuleParameter("share", share), RuleParameter("stabilizer", stabilizer)]
  }

  var propagation: Propagation {
    .shares(
      [
        Share(weight: share, terms: [.init(.positive, .positive), .init(.negative, .negative)]),
        Share(weight: 1 - share, terms: [.init(.one, .one)]),
      ], stabilizer)
  }
}
