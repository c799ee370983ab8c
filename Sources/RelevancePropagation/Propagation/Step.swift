/// One step of the backward pass, as data: the plan is a list of these, made once and run for every batch.
enum Step {
  /// z (+)= coefficient · (ρ(w)·ρ(a) + ρ(b)): step 1 of LRP, one term of a share; with `then` steps 1 and 2 in one launch.
  case apply(node: Int, term: Share.Term, for: Pass, into: TensorID, accumulate: Bool, then: QuotientStep? = nil)
  /// z = output + constant: a denominator that differs from the layer's output by terms no image changes, made once
  /// (and by the bias, where it does not count).
  /// Added where the quotient reads the output, with `joined`: then the constant alone is made, before all passes.
  case shiftedOutput(node: Int, constants: [Share.Term], withoutBias: Bool, into: TensorID, joined: Bool = false)
  /// √mean z² or the standard deviation of every image, for a relative stabilizer.
  case statistic(of: Source, count: Int, kind: Stabilizer.Statistic)
  /// s = R / stab(z): step 2.
  case quotient(QuotientStep)
  /// c = ρ(w)ᵀ·s: step 3, towards input number `input`; with `then` steps 3 and 4, and step 2 of the layer below, in one
  /// launch.
  case transpose(
    node: Int, weight: WeightPart, s: TransposeSource, for: Pass, input: Int, into: TensorID, then: ProductStep? = nil)
  /// coefficient · s · b / n, for a bias that goes to its unit's n inputs.
  case biasShare(node: Int, s: TensorID, inputs: TensorID, bias: BiasPart, coefficient: Float, into: TensorID)
  /// R' (+)= coefficient · ρ(a) ⊙ c: step 4.
  case product(ProductStep, node: Int, input: Int, c: TensorID)
  /// Steps 3 of several terms in one launch, and the sum of their steps 4.
  case stackedTranspose(node: Int, weights: [WeightPart], s: TensorID, input: Int, products: [ProductStep])
  /// Winner-take-all at max pooling; with `then` of c, not of R, and steps 4 and 2 of the layer below in the same launch.
  case route(
    node: Int, relevance: TensorID, sharingTies: Bool, into: TensorID, accumulate: Bool, then: ProductStep? = nil)
  /// A baseline's backward pass at a rectifier.
  case rectify(
    node: Int, mode: ReLU.BackwardMode, beta: Float, relevance: TensorID, into: TensorID, accumulate: Bool)
  /// Relevance that passes unchanged, whole or by slice.
  case copy(slice: Slice, from: TensorID, into: TensorID, accumulate: Bool)
  /// Relevance that passes a reshape which changes the number of channels, from one shape to the other.
  case rearrange(Shape, Shape, from: TensorID, into: TensorID, accumulate: Bool)
  /// Only the relevance of some channels goes on: 1 for them, 0 for the others.
  case filter(mask: [Float], from: TensorID, into: TensorID)
  /// Sums for the ledger.
  case count(CountStep)
}

/// s = R / stab(z).
struct QuotientStep {
  let relevance: TensorID
  var z: Source
  /// A constant that is added to z, by the step `shiftedOutput` that makes it.
  var shift: TensorID?
  /// The layer's own output, for the gate.
  let output: Source
  let gate: Share.Gate
  let stabilizer: Stabilizer
  let into: TensorID
}

/// R' (+)= coefficient · ρ(a) ⊙ c, and behind it the quotient of the layer below.
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

extension Step {
  /// Step 4 in the same launch, of the steps that send numbers back to an input.
  var product: ProductStep? {
    get {
      switch self {
      case .transpose(_, _, _, _, _, _, let product), .route(_, _, _, _, _, let product): product
      default: nil
      }
    }
    set {
      switch self {
      case .transpose(let node, let weight, let s, let pass, let input, let c, _):
        self = .transpose(node: node, weight: weight, s: s, for: pass, input: input, into: c, then: newValue)
      case .route(let node, let relevance, let sharingTies, let target, let accumulate, _):
        self = .route(
          node: node, relevance: relevance, sharingTies: sharingTies, into: target, accumulate: accumulate,
          then: newValue)
      default: preconditionFailure("a step without products")
      }
    }
  }

  /// The node whose input the product is for, and which.
  var productInput: (node: Int, input: Int)? {
    switch self {
    case .transpose(let node, _, _, _, let input, _, _): (node, input)
    case .route(let node, _, _, _, _, _): (node, 0)
    default: nil
    }
  }

  /// Kernel launches it takes: an addition reads one input at a time, a statistic is summed in two goes,
  /// a deviation after the mean.
  func launches(in network: Network) -> Int {
    switch self {
    case .apply(let node, _, _, _, _, _) where network.nodes[node].layer is Addition: network.nodes[node].inputs.count
    case .shiftedOutput(_, _, _, _, joined: true): 0
    case .statistic(_, _, .rootMeanSquare): 2
    case .statistic(_, _, .deviation): 4
    default: 1
    }
  }
}

/// A tensor of the backward pass, before it has memory.
typealias TensorID = Int

/// Where a step reads a value of the forward pass's shape: a stored activation, or a tensor made in the backward pass.
enum Source {
  case activation(String)
  case tensor(TensorID)
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

/// What a sum for the ledger is.
struct LedgerEntry: Hashable {
  enum Kind: Hashable {
    /// Relevance at the node's output.
    case incoming
    /// The same behind the node's filter.
    case filtered
    /// Relevance at units that are off.
    case idle
    /// Relevance of input number `input` just before and just after this node's contribution.
    case before(input: Int)
    case after(input: Int)
    /// Kept by bias and stabilizer in share `share`, times the share's weight.
    case absorbed(share: Int, term: Int, weight: Float)
  }
  let node: Int
  let kind: Kind

  /// Share and term of what is absorbed, in order.
  var share: (Int, Int)? { if case .absorbed(let share, let term, _) = kind { (share, term) } else { nil } }
}

/// The size and life of a tensor of the backward pass.
struct TensorPlan {
  /// Elements of one entry.
  var count: Int
  /// One entry an image, or one a target.
  let perTarget: Bool
  /// First and last step that touch it.
  var firstStep: Int
  var lastStep: Int
}
