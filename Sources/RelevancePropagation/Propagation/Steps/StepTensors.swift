extension Step {
  /// The tensors a step touches.
  var tensors: [TensorID] {
    switch self {
    case .apply(let step): step.then.map { [$0.relevance, $0.into] } ?? [step.into]
    case .statistic(let z, _, _): z.tensors
    case .shiftedOutput(let step): step.joined ? [] : [step.into]
    case .quotient(let step): [step.relevance, step.into] + step.z.tensors + step.output.tensors
    case .transpose(let step): [step.s.tensor] + (step.then?.tensors ?? [step.into])
    case .product(let product, _, _, let c): [c, product.into]
    case .stackedTranspose(let step): [step.s] + step.products.map(\.into)
    case .biasShare(let step): [step.s, step.inputs, step.into]
    case .route(let step): [step.relevance] + (step.then?.tensors ?? [step.into])
    case .rectify(let step): [step.relevance, step.into]
    case .copy(_, let source, let target, _): [source, target]
    case .rearrange(_, _, let source, let target, _): [source, target]
    case .filter(_, let source, let target): [source, target]
    case .count(let step): step.tensors
    }
  }
}

extension ProductStep {
  /// The tensors it touches beside c.
  var tensors: [TensorID] {
    (keepsRelevance ? [into] : []) + (then.map { [$0.into] + $0.z.tensors + $0.output.tensors } ?? [])
  }
}

extension Source {
  fileprivate var tensors: [TensorID] { if case .tensor(let id) = self { [id] } else { [] } }
}
