/// One step of the backward pass, as data: the plan is a list of these, made once and run for every batch.
enum Step {
  /// Step 1 of LRP.
  case apply(ApplyStep)
  /// Step 1 where the layer's output is stored.
  case shiftedOutput(ShiftedOutputStep)
  /// √mean z² or the standard deviation of every image, for a relative stabilizer.
  case statistic(of: Source, count: Int, kind: Stabilizer.Statistic)
  /// Step 2.
  case quotient(QuotientStep)
  /// Step 3.
  case transpose(TransposeStep)
  /// Step 4 towards input number `input` of a node, of c.
  case product(ProductStep, node: Int, input: Int, c: TensorID)
  /// Steps 3 and 4 of several terms.
  case stackedTranspose(StackedTransposeStep)
  case biasShare(BiasShareStep)
  case route(RouteStep)
  case rectify(RectifyStep)
  /// Relevance that passes unchanged, whole or by slice.
  case copy(slice: Slice, from: TensorID, into: TensorID, accumulate: Bool)
  /// Relevance that passes a reshape which changes the number of channels, from one shape to the other.
  case rearrange(Shape, Shape, from: TensorID, into: TensorID, accumulate: Bool)
  /// Only the relevance of some channels goes on: 1 for them, 0 for the others.
  case filter(mask: [Float], from: TensorID, into: TensorID)
  /// Sums for the ledger.
  case count(CountStep)
}

/// A tensor of the backward pass, before it has memory.
typealias TensorID = Int

/// Where a step reads a value of the forward pass's shape: a stored activation, or a tensor made in the backward pass.
enum Source {
  case activation(String)
  case tensor(TensorID)
}

extension Step {
  /// Step 4 in the same launch, of the steps that send numbers back to an input.
  var product: ProductStep? {
    get {
      switch self {
      case .transpose(let step): step.then
      case .route(let step): step.then
      default: nil
      }
    }
    set {
      switch self {
      case .transpose(var step):
        step.then = newValue
        self = .transpose(step)
      case .route(var step):
        step.then = newValue
        self = .route(step)
      default: preconditionFailure("a step without products")
      }
    }
  }

  /// The node whose input the product is for, and which.
  var productInput: (node: Int, input: Int)? {
    switch self {
    case .transpose(let step): (step.node, step.input)
    case .route(let step): (step.node, 0)
    default: nil
    }
  }

  /// The node it computes for, where it names one.
  var node: Int? {
    switch self {
    case .apply(let step): step.node
    case .shiftedOutput(let step): step.node
    case .transpose(let step): step.node
    case .product(_, let node, _, _): node
    case .stackedTranspose(let step): step.node
    case .biasShare(let step): step.node
    case .route(let step): step.node
    case .rectify(let step): step.node
    case .count(let step): step.node
    case .statistic, .quotient, .copy, .rearrange, .filter: nil
    }
  }

  /// Kernel launches it takes: an addition reads one input at a time, a statistic is summed in two goes,
  /// a deviation after the mean.
  func launches(in network: Network) -> Int {
    switch self {
    case .apply(let step) where network.nodes[step.node].layer is Addition: network.nodes[step.node].inputs.count
    case .shiftedOutput(let step) where step.joined: 0
    case .statistic(_, _, .rootMeanSquare): 2
    case .statistic(_, _, .deviation): 4
    default: 1
    }
  }
}
