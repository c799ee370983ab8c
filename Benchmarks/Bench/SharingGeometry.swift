import RelevancePropagation
import Scanning

/// Which units of a window's layers another window has too: those that see no padding and lie on the same grid.
///
/// Clean units may be computed once for all windows that contain them; the dirty ring around them differs from window to
/// window. The same holds backward: relevance at clean units may be summed over windows and sent down once, unless the
/// layer's rule takes a statistic of the window.
struct SharingGeometry {
  /// A layer's units along one axis.
  struct Axis: Hashable {
    let units: Int
    /// Units at the beginning and at the end that see padding.
    let before: Int
    let after: Int
    /// Pixels between units.
    let jump: Int
    /// Pixels from a border that its dirty units see, the more of both borders, in whole steps of `jump`.
    let ringPixels: Int

    init(units: Int, pixels: Int, field: ReceptiveField) {
      self.units = units
      jump = field.jump
      before = (0..<units).count { field.pixels(of: $0).lowerBound < 0 }
      after = (before..<max(units, before)).count { field.pixels(of: $0).upperBound > pixels }
      let seen = max(
        before > 0 ? field.pixels(of: before - 1).upperBound : 0,
        after > 0 ? pixels - field.pixels(of: units - after).lowerBound : 0)
      ringPixels = (seen + jump - 1) / jump * jump
    }

    var clean: Int { units - before - after }

    /// Clean units that a window adds to those of the window before; all of them where the grids do not meet.
    func added(stride: Int) -> Int { stride % jump == 0 ? min(clean, stride / jump) : clean }
  }

  let rows: Axis
  let columns: Axis

  var clean: Int { rows.clean * columns.clean }
  var units: Int { rows.units * columns.units }

  /// The share of a layer's units that are computed for a window: its ring, and what it adds to the clean units.
  func work(stride: Int) -> Double {
    Double(units - clean + rows.added(stride: stride) * columns.added(stride: stride)) / Double(units)
  }

  /// Of every layer that gives maps, by name.
  static func layers(of network: Network) -> [String: SharingGeometry] {
    let input = network.inputShape
    var fields = [network.inputName: ReceptiveFields()]
    var result: [String: SharingGeometry] = [:]
    for node in network.nodes {
      let inputs = node.inputs.compactMap { fields[$0] }
      let shape = network.shapes[node.name]!
      guard shape.rank == 3, inputs.count == node.inputs.count, !(node.layer is AdaptiveAveragePooling),
        let field = ReceptiveFields.behind(node.layer, inputs)
      else { continue }
      fields[node.name] = field
      result[node.name] = SharingGeometry(
        rows: Axis(units: shape[1], pixels: input[1], field: field.rows),
        columns: Axis(units: shape[2], pixels: input[2], field: field.columns))
    }
    return result
  }
}
