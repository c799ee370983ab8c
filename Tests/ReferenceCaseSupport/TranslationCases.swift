import ModelFormats
import RelevancePropagation

extension CaseRunner {
  /// Translation averaging: R.input and the scores of every shift. The shifts are given.
  func translation(_ reference: ReferenceCase, stored: String?) throws -> [(name: String, tensor: Tensor)] {
    guard let given = try stored.flatMap({ try IntegerTensor("shifts", of: $0) }), given.shape.last == 2 else {
      throw NotYet(reason: "no stored shifts")
    }
    let shifts = try ShiftSet(
      stride(from: 0, to: given.values.count, by: 2).map { Shift(given.values[$0], given.values[$0 + 1]) })
    let canonized = try original.canonized()
    let explainer = try Explainer(
      canonized: canonized, rules: RuleTable(reference.rules(for: canonized), for: canonized), on: engine, batch: 8,
      options: .init(ledger: false))
    let averager = try TranslationAverager(
      explainer, shifts: shifts, border: try border(reference), divisor: try divisor(reference))
    // `images` is the half-open range of those explained, `target` their classes.
    let range = reference.images ?? [0, inputs.shape[0]]
    guard range.count == 2, range[1] - range[0] == reference.targets.count, range[1] <= inputs.shape[0] else {
      throw NotYet(reason: "images \(range) with \(reference.targets.count) targets")
    }
    var targets = reference.targets[...]
    let explanations = try averager.explain(.stack((range[0]..<range[1]).map { inputs[$0] })) { _ in
      targets.removeFirst()
    }
    return [
      ("R.input", .stack(explanations.map(\.relevance))),
      (
        "scores",
        .stack(
          explanations.map { explanation in
            let scores = explanation.translation?.copies.map(\.score) ?? []
            return Tensor(shape: [scores.count], scalars: scores)
          })
      ),
    ]
  }

  private func border(_ reference: ReferenceCase) throws -> TranslationBorder {
    switch reference.fill {
    case "edge": return .edge
    case "zero": return .zero
    case "low":
      guard let low = try NetworkDescription.description(folder: folder).input.low else {
        throw NotYet(reason: "\(folder)/net.json has no input.low")
      }
      return .low(low)
    default: throw NotYet(reason: "fill \(reference.fill ?? "none")")
    }
  }

  private func divisor(_ reference: ReferenceCase) throws -> TranslationDivisor {
    switch reference.normalise {
    case "total": .total
    case "valid": .coverage
    default: throw NotYet(reason: "normalise \(reference.normalise ?? "none")")
    }
  }
}
