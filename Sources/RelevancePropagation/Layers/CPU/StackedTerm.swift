internal import KernelSources

/// A term of a share on its way back: coefficient · ρ(a) ⊙ ρ(w)ᵀ·s.
struct StackedTerm {
  let weight: WeightPart
  let activation: ActivationPart
  var coefficient: Float = 1
}

extension [StackedTerm] {
  /// Parts of w whose products are made: W beside W⁺ and W⁻ is their sum, and takes no products of its own.
  var products: [WeightPart] {
    var parts: [WeightPart] = []
    for part in map(\.weight) where !parts.contains(part) { parts.append(part) }
    return splits(parts) ? parts.filter { $0 != .all } : parts
  }

  /// What each part's sums are multiplied with: the factors of the terms that read it, added up, for `channels` channels.
  ///
  /// - Precondition: no term has powers, and all factors have room.
  func factors(channels: Int) -> ChannelFactors {
    var factors = ChannelFactors()
    let products = products
    factors.parts = Int32(products.count)
    precondition(products.count * channels <= 16, "\(products.count) parts for \(channels) channels")
    for term in self {
      let parts = products.indices.filter {
        products[$0] == term.weight || term.weight == .all && !products.contains(.all)
      }
      for position in parts.flatMap({ $0 * channels..<($0 + 1) * channels }) {
        switch term.activation {
        case .signed(let part):
          Self.add(term.coefficient * part.positive, to: &factors.positive, at: position)
          Self.add(term.coefficient * part.negative, to: &factors.negative, at: position)
        case .constant(let values):
          let value = values[values.count == 1 ? 0 : position % channels]
          Self.add(term.coefficient * value, to: &factors.always, at: position)
        case .power: preconditionFailure("a power is not linear in a")
        }
      }
    }
    return factors
  }

  private func splits(_ parts: [WeightPart]) -> Bool {
    [.all, .positive, .negative].allSatisfy(parts.contains)
  }

  /// C's arrays are tuples here.
  private static func add<Lanes>(_ number: Float, to lanes: inout Lanes, at position: Int) {
    Swift.withUnsafeMutableBytes(of: &lanes) { $0.assumingMemoryBound(to: Float.self)[position] += number }
  }
}
