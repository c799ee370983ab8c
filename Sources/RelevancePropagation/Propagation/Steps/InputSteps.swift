/// c = ρ(w)ᵀ·s: step 3, towards input number `input`.
struct TransposeStep {
  let node: Int
  let weight: WeightPart
  var s: TransposeSource
  let pass: Pass
  let input: Int
  let into: TensorID
  /// Step 4, and step 2 of the layer below, in the same launch.
  var then: ProductStep?
}

/// Where a transpose reads s.
enum TransposeSource {
  case tensor(TensorID)
  /// s = f ⊙ (s of the pooling node behind), which windows of 2 × 2 pixels side by side send back (`SpreadWindows`).
  case windows(TensorID, of: Int, factor: Factor)

  /// The tensor it reads.
  var tensor: TensorID {
    switch self {
    case .tensor(let id), .windows(let id, _, _): id
    }
  }
}

/// R' (+)= coefficient · ρ(a) ⊙ c: step 4, and behind it the quotient of the layer below.
struct ProductStep {
  let activation: ActivationPart
  let coefficient: Float
  var into: TensorID
  let accumulate: Bool
  /// Reads `into` as its relevance.
  var then: QuotientStep?
  /// Stands in the place of a: the number is then s of the layer below, not R'.
  var factor: Factor?
  /// Whether R' is read later too.
  var keepsRelevance = true

  /// What the launch ends with: s of the layer below, or R'.
  var end: TensorID { then?.into ?? into }
}

/// Steps 3 of several terms in one launch, and the sum of their steps 4.
struct StackedTransposeStep {
  let node: Int
  let s: TensorID
  let input: Int
  var weights: [WeightPart] = []
  var products: [ProductStep] = []
}

/// coefficient · s · b / n, for a bias that goes to its unit's n inputs.
struct BiasShareStep {
  let node: Int
  let s: TensorID
  /// n of every output.
  let inputs: TensorID
  let bias: BiasPart
  let coefficient: Float
  let into: TensorID
}

/// Winner-take-all at max pooling.
struct RouteStep {
  let node: Int
  /// R, or c where steps 4 and 2 of the layer below follow in the same launch.
  var relevance: TensorID
  let sharingTies: Bool
  let into: TensorID
  let accumulate: Bool
  var then: ProductStep?
}

/// A baseline's backward pass at a rectifier.
struct RectifyStep {
  let node: Int
  let mode: ReLU.BackwardMode
  let beta: Float
  let relevance: TensorID
  let into: TensorID
  let accumulate: Bool
}
