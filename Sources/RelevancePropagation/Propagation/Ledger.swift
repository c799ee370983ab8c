/// Relevance in and out of every layer, and what became of the rest: conservation, layer by layer.
///
///     in = out + filter + bias + stabilizer + other
///
/// `filter` is what a `LayerFilter` at the layer's output took;
/// `bias` is what the bias of the layer absorbs, Σ s_k·b_k; `stabilizer` what ε absorbs, Σ s_k·(stab(z_k) − z_k);
/// `other` what is left: units behind a closed gate, windows without pixels, rounding.
public struct Ledger: Sendable {
  /// One layer, from the output to the input.
  public struct Layer: Sendable {
    public let node: String
    public let layerType: String
    /// The rule with all its numbers, and with the first alone.
    public let rule: String
    public let briefRule: String
    /// Sums over one layer, per entry of the batch (image by image, target by target).
    public let incoming: [Double]
    public let outgoing: [Double]
    public let bias: [Double]
    public let stabilizer: [Double]
    /// What a filter at the layer's output took; 0 without one.
    public let filter: [Double]
    /// Σ|R| at rectifiers' units whose output is 0; nil at other layers.
    public let idle: [Double]?
    /// Σ|R| at the layer's output.
    public let magnitude: [Double]
    /// max|R| at the layer's output.
    public let largest: [Double]
    /// Values that are NaN or infinite, over the whole batch.
    public let nonFinite: Int

    public func other(_ entry: Int) -> Double {
      incoming[entry] - outgoing[entry] - filter[entry] - bias[entry] - stabilizer[entry]
    }
  }

  public let layers: [Layer]

  init(layers: [Layer]) { self.layers = layers }

  init(_ sums: [LedgerEntry: [LedgerSums]], network: Network, rules: RuleTable, entries: Int) {
    // In the order of shares and terms: the same sums on every run.
    let absorbed = Dictionary(grouping: sums.filter { $0.key.share != nil }, by: \.key.node)
      .mapValues { $0.sorted { $0.key.share! < $1.key.share! } }
    layers = network.nodes.indices.reversed().compactMap { index in
      guard let incoming = sums[LedgerEntry(node: index, kind: .incoming)] else { return nil }
      let node = network.nodes[index]
      var outgoing = [Double](repeating: 0, count: entries)
      var nonFinite = incoming.reduce(0) { $0 + $1.nonFinite }
      var isAlias = true
      for input in node.inputs.indices {
        guard let after = sums[LedgerEntry(node: index, kind: .after(input: input))] else { continue }
        isAlias = false
        let before = sums[LedgerEntry(node: index, kind: .before(input: input))]
        for m in 0..<entries {
          outgoing[m] += after[m].relevance - (before?[m].relevance ?? 0)
          nonFinite += after[m].nonFinite
        }
      }
      let passed = sums[LedgerEntry(node: index, kind: .filtered)] ?? incoming
      if isAlias { outgoing = passed.map(\.relevance) }
      var bias = [Double](repeating: 0, count: entries)
      var stabilizer = bias
      for (entry, sum) in absorbed[index] ?? [] {
        guard case .absorbed(_, let term, let weight) = entry.kind else { continue }
        for m in 0..<entries {
          bias[m] += Double(weight) * sum[m].bias
          if term == 0 { stabilizer[m] += Double(weight) * sum[m].stabilizer }
        }
      }
      return Layer(
        node: node.name, layerType: node.layer.typeName, rule: rules[node.name].label,
        briefRule: rules[node.name].brief, incoming: incoming.map(\.relevance),
        outgoing: outgoing, bias: bias, stabilizer: stabilizer,
        filter: zip(incoming, passed).map { $0.relevance - $1.relevance },
        idle: sums[LedgerEntry(node: index, kind: .idle)]?.map(\.idle), magnitude: incoming.map(\.magnitude),
        largest: incoming.map(\.largest), nonFinite: nonFinite)
    }
  }
}
