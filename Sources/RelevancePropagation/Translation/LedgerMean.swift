/// The mean of ledgers over the copies of an image: what is conserved in each is conserved in their mean.
///
/// Sums are taken in the order of the copies, whatever batches they came in.
struct LedgerMean {
  private let targets: Int
  private var first: [Ledger.Layer] = []
  /// Per layer, target and column.
  private var sums: [[[Double]]] = []
  private var largest: [[Double]] = []
  private var count = 0.0

  init(targets: Int) { self.targets = targets }

  /// - Parameter copy: of the batch; its targets' entries follow each other.
  mutating func add(_ ledger: Ledger, copy: Int) {
    if first.isEmpty {
      first = ledger.layers
      let zero = [Double](repeating: 0, count: Self.columns.count)
      sums = first.map { _ in Array(repeating: zero, count: targets) }
      largest = first.map { _ in Array(repeating: 0, count: targets) }
    }
    count += 1
    for (index, layer) in ledger.layers.enumerated() {
      for target in 0..<targets {
        let entry = copy * targets + target
        for (column, values) in Self.columns.enumerated() { sums[index][target][column] += values(layer, entry) }
        largest[index][target] = max(largest[index][target], layer.largest[entry])
      }
    }
  }

  /// Entry t of it is target t.
  var mean: Ledger? {
    guard !first.isEmpty else { return nil }
    return Ledger(
      layers: first.enumerated().map { index, layer in
        func column(_ number: Int) -> [Double] { sums[index].map { $0[number] / count } }
        return Ledger.Layer(
          node: layer.node, layerType: layer.layerType, rule: layer.rule, briefRule: layer.briefRule,
          incoming: column(0), outgoing: column(1), bias: column(2), stabilizer: column(3), filter: column(4),
          idle: layer.idle == nil ? nil : column(5), magnitude: column(6), largest: largest[index], nonFinite: 0)
      })
  }

  private static let columns: [@Sendable (Ledger.Layer, Int) -> Double] = [
    { $0.incoming[$1] }, { $0.outgoing[$1] }, { $0.bias[$1] }, { $0.stabilizer[$1] }, { $0.filter[$1] },
    { $0.idle?[$1] ?? 0 }, { $0.magnitude[$1] },
  ]
}
