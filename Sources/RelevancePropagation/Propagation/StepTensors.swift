extension Step {
  /// The tensors a step touches.
  var tensors: [TensorID] {
    func of(_ source: Source) -> [TensorID] { if case .tensor(let id) = source { [id] } else { [] } }
    return switch self {
    case .apply(_, _, _, let z, _, let quotient): quotient.map { [$0.relevance, $0.into] } ?? [z]
    case .statistic(let z, _, _): of(z)
    case .shiftedOutput(_, _, _, let z, let joined): joined ? [] : [z]
    case .stackedTranspose(_, _, let s, _, let products): [s] + products.map(\.into)
    case .biasShare(_, let s, let inputs, _, _, let t): [s, inputs, t]
    case .quotient(let quotient): [quotient.relevance, quotient.into] + of(quotient.z) + of(quotient.output)
    case .transpose(_, _, let s, _, _, let c, nil): [s, c]
    case .transpose(_, _, let s, _, _, _, let product?):
      [s] + (product.keepsRelevance ? [product.into] : [])
        + (product.then.map { [$0.into] + of($0.z) + of($0.output) } ?? [])
    case .product(let product, _, _, let c): [c, product.into]
    case .route(_, let relevance, _, let target, _): [relevance, target]
    case .rectify(_, _, _, let relevance, let target, _): [relevance, target]
    case .copy(_, let source, let target, _): [source, target]
    case .rearrange(_, _, let source, let target, _): [source, target]
    case .filter(_, let source, let target): [source, target]
    case .count(let count): count.tensors
    }
  }
}
