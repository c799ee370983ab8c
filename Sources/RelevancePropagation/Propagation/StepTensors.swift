extension Step {
  /// The tensors a step touches.
  var tensors: [TensorID] {
    func of(_ source: Source) -> [TensorID] { if case .tensor(let id) = source { [id] } else { [] } }
    return switch self {
    case .apply(_, _, let z, _): [z]
    case .statistic(let z, _, _): of(z)
    case .biasShare(_, let s, let inputs, _, _, let t): [s, inputs, t]
    case .quotient(let relevance, let z, let output, _, _, let s): [relevance, s] + of(z) + of(output)
    case .transpose(_, _, let s, _, let c): [s, c]
    case .product(_, _, _, let c, _, let target, _): [c, target]
    case .route(_, let relevance, _, let target, _): [relevance, target]
    case .rectify(_, _, _, let relevance, let target, _): [relevance, target]
    case .copy(_, let source, let target, _): [source, target]
    case .rearrange(_, _, let source, let target, _): [source, target]
    case .filter(_, let source, let target): [source, target]
    case .totals(let relevance, _), .idle(_, let relevance, _): [relevance]
    case .absorbed(_, let relevance, let z, _, let s, _, _, _): [relevance, s] + of(z)
    }
  }
}
