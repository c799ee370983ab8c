import Compute
import RelevancePropagation
import Scanning

/// What sharing below one layer would cost, as it could be built: the layers up to the cut run once over the image, and for
/// every window over four strips of its pixels, from which the cut's dirty ring comes.
struct CutCost {
  let node: String
  /// Share of the image's pixels that a window adds, by stride, if the cut's units meet.
  private let extent: Extent
  private let jump: Extent
  /// Of a batch: the layers below on whole windows, and on their strips.
  let whole: StageTime
  let strips: StageTime

  /// - Returns: nil where no unit of the cut is clean.
  init?(
    _ node: Network.Node, in network: Network, _ geometry: SharingGeometry, rules: RuleTable, batch: Int,
    timing: Timing,
    on engine: Engine
  ) throws {
    guard geometry.clean > 0 else { return nil }
    self.node = node.name
    let input = network.inputShape
    extent = Extent(input[1], input[2])
    jump = Extent(geometry.rows.jump, geometry.columns.jump)
    let below = try network.replacing(nodes: network.nodes, outputName: node.name)
    func time(_ height: Int, _ width: Int, _ batch: Int) throws -> StageTime {
      let part = try below.resized(to: [input[0], height, width])
      return try StageTime(of: part, rules: rules.rules, batch: batch, timing: timing, on: engine)
    }
    whole = try time(input[1], input[2], batch)
    // Both strips of an axis in one batch.
    strips =
      try time(min(geometry.rows.ringPixels, input[1]), input[2], 2 * batch)
      + time(input[1], min(geometry.columns.ringPixels, input[2]), 2 * batch)
  }

  /// Seconds of the layers below that are left for a batch.
  func left(stride: Int) -> StageTime {
    guard stride % jump.vertical == 0, stride % jump.horizontal == 0 else { return whole }
    let added = Double(min(stride, extent.vertical) * min(stride, extent.horizontal))
    let share = added / Double(extent.vertical * extent.horizontal)
    return strips + whole.scaled(by: share)
  }
}
