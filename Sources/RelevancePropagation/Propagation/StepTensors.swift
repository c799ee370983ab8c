extension Step {
  /// The tensors a step touches.
  var tensors: [TensorID] {
    func of(_ source: Source) -> [TensorID] { source.tensors }
    return switch self {
    case .apply(_, _, _, let z, _, let quotient): quotient.map { [$0.relevance, $0.into] } ?? [z]
    case .statistic(let z, _, _): of(z)
    case .shiftedOutput(_, _, _, let z, let joined): joined ? [] : [z]
    case .stackedTranspose(_, _, let s, _, let products): [s] + products.map(\.into)
    case .biasShare(_, let s, let inputs, _, _, let t): [s, inputs, t]
    case .quotient(let quotient): [quotient.relevance, quotient.into] + of(quotient.z) + of(quotient.output)
    case .transpose(_, _, let s, _, _, let c, nil): [s.tensor, c]
    case .transpose(_, _, let s, _, _, _, let product?): [s.tensor] + product.tensors
    case .product(let product, _, _, let c): [c, product.into]
    case .route(_, let c, _, _, _, let product?): [c] + product.tensors
    case .route(_, let relevance, _, let target, _, nil): [relevance, target]
    case .rectify(_, _, _, let relevance, let target, _): [relevance, target]
    case .copy(_, let source, let target, _): [source, target]
    case .rearrange(_, _, let source, let target, _): [source, target]
    case .filter(_, let source, let target): [source, target]
    case .count(let count): count.tensors
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
