/// One fraction of a rule: a denominator z made of parts of activations, weights and bias, and what flows back along
/// the same parts.
///
///     z = Σ_terms coefficient · (ρ(w)·ρ(a) + ρ(b)),   R' += weight · Σ_terms coefficient · ρ(a) ⊙ ρ(w)ᵀ(R / stab(z))
public struct Share: Sendable {
  /// What the share counts in the sum of all shares: α, −β, 1.
  public var weight: Float
  /// Which outputs it applies to.
  public var gate: Gate
  public var terms: [Term]
  /// Whether what the bias earned goes to the unit's inputs, b/n to each, instead of being absorbed.
  public var distributesBias: Bool

  public init(weight: Float = 1, gate: Gate = .always, terms: [Term], distributesBias: Bool = false) {
    self.weight = weight
    self.gate = gate
    self.terms = terms
    self.distributesBias = distributesBias
  }

  /// Looks at the sign of the layer's own output (pre-activation, with bias).
  public enum Gate: Int32, Sendable {
    case always = 0
    case positiveOutput = 1
    case negativeOutput = -1
  }

  /// A product of an activation part with a weight part, plus a bias part.
  public struct Term: Sendable {
    public var coefficient: Float
    public var activation: ActivationPart
    public var weight: WeightPart
    public var bias: BiasPart

    public init(
      _ activation: ActivationPart, _ weight: WeightPart, _ bias: BiasPart = .none, coefficient: Float = 1
    ) {
      self.coefficient = coefficient
      self.activation = activation
      self.weight = weight
      self.bias = bias
    }
  }
}

/// positive·v⁺ + negative·v⁻ of a number v, with v⁺ = max(v, 0) and v⁻ = min(v, 0).
public struct SignedPart: Sendable, Hashable {
  public var positive: Float
  public var negative: Float
  public init(positive: Float, negative: Float) {
    self.positive = positive
    self.negative = negative
  }
  public static let all = SignedPart(positive: 1, negative: 1)
  public static let positive = SignedPart(positive: 1, negative: 0)
  public static let negative = SignedPart(positive: 0, negative: 1)

  /// Whether it is the number itself, of which may be known that it is never negative.
  func isAll(neverNegative: Bool) -> Bool { positive == 1 && (negative == 1 || neverNegative) }
}

/// ρ(a).
public enum ActivationPart: Sendable, Hashable {
  case signed(SignedPart)
  /// The same number everywhere in the image, per channel (one value serves all): 1 for flat and w², the bounds of zᴮ.
  case constant([Float])
  /// sign(a)·|a|^p, at poolings and sums: p-norm pooling's shares.
  case power(Float)

  public static let all = ActivationPart.signed(.all)
  public static let positive = ActivationPart.signed(.positive)
  public static let negative = ActivationPart.signed(.negative)
  public static let one = ActivationPart.constant([1])
}

/// ρ(w).
public enum WeightPart: Sendable, Hashable {
  case signed(SignedPart)
  case square
  case one

  public static let all = WeightPart.signed(.all)
  public static let positive = WeightPart.signed(.positive)
  public static let negative = WeightPart.signed(.negative)
}

/// ρ(b).
public enum BiasPart: Sendable, Hashable {
  case none
  case signed(SignedPart)
  case square

  public static let all = BiasPart.signed(.all)
  public static let positive = BiasPart.signed(.positive)
  public static let negative = BiasPart.signed(.negative)
}
