import Testing

@testable import RelevancePropagation

/// Expects two ledgers of the same run to agree to rounding: within `tolerance` of the largest sum of each layer.
func expectClose(
  _ found: Ledger, _ expected: Ledger, tolerance: Double = 1e-5, _ what: @autoclosure () -> String,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  guard found.layers.map(\.node) == expected.layers.map(\.node) else {
    Issue.record("\(found.layers.map(\.node)), expected \(expected.layers.map(\.node)): \(what())")
    return
  }
  for (layer, twin) in zip(found.layers, expected.layers) {
    for m in twin.incoming.indices {
      func numbers(_ layer: Ledger.Layer) -> [Double] {
        [
          layer.incoming[m], layer.outgoing[m], layer.bias[m], layer.stabilizer[m], layer.filter[m], layer.magnitude[m],
          layer.largest[m], layer.idle?[m] ?? -1,
        ]
      }
      let (a, b) = (numbers(layer), numbers(twin))
      let scale = b.map(abs).max()!
      let worst = zip(a, b).map { abs($0 - $1) }.max()!
      guard
        !(worst <= tolerance * scale) || (layer.idle == nil) != (twin.idle == nil)
          || layer.nonFinite != twin.nonFinite
      else { continue }
      Issue.record(
        """
        \(layer.node), entry \(m), off by \(worst / scale), allowed \(tolerance): in, out, bias, stabilizer, filter, \
        Σ|R|, max|R|, idle \(a), \(layer.nonFinite) not finite; expected \(b), \(twin.nonFinite): \(what())
        """, sourceLocation: sourceLocation)
    }
  }
}
