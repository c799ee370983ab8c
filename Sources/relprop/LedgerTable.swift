import Foundation
import RelevancePropagation
import Reporting

/// The conservation ledger as lines for the terminal.
enum LedgerTable {
  static func lines(_ ledger: Ledger, entry: Int) -> [String] {
    let isFiltered = ledger.layers.contains { $0.filter[entry] != 0 }
    var table = TextTable(
      [
        ("layer", .left), ("type", .left), ("rule", .left), ("in", .right), ("out", .right), ("bias", .right),
        ("stabilizer", .right), ("other", .right),
      ] + (isFiltered ? [("filter", .right)] : []))
    for layer in ledger.layers {
      let total = layer.magnitude[entry]
      table.add(
        [
          layer.node, layer.layerType, layer.briefRule, number(layer.incoming[entry], of: total),
          number(layer.outgoing[entry], of: total), number(layer.bias[entry], of: total),
          number(layer.stabilizer[entry], of: total), number(layer.other(entry), of: total),
        ] + (isFiltered ? [number(layer.filter[entry], of: total)] : []))
    }
    return table.lines
  }

  /// Five significant digits; what is below float32's rounding of the layer's Σ|R| reads 0.
  private static func number(_ value: Double, of total: Double) -> String {
    abs(value) < 1e-6 * total ? "0" : String(format: "%.5g", value)
  }
}
