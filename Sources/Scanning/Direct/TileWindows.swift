import RelevancePropagation

/// Tiles as windows of their own sizes: relevance starts at the output positions a tile owns.
final class TileWindows: WindowSet {
  let tiles: TileLayout
  let engine: Engine
  private let network: DirectNetwork
  private let target: WindowTarget
  private let classStart: Profile.Start
  private let options: PropagationOptions
  /// By size of the tile, the one used last behind the others; there are two sizes in a row of tiles.
  private var explainers: [(size: Extent, explainer: Explainer)] = []
  /// Of the networks' outputs, `[K, P, Q]`, by size of the tile.
  private var outputs: [Extent: Shape] = [:]
  private var coverage = FieldCoverage()
  /// Told the logits of every position that is explained.
  var note: (_ y: Int, _ x: Int, _ logits: [Float]) -> Void = { _, _, _ in }

  init(
    _ network: DirectNetwork, tiles: TileLayout, target: WindowTarget, classStart: Profile.Start,
    options: PropagationOptions, on engine: Engine
  ) {
    (self.network, self.tiles, self.target, self.classStart) = (network, tiles, target, classStart)
    (self.options, self.engine) = (options, engine)
  }

  var layout: any WindowLayout { tiles }
  var channels: Int { network.network.inputShape[0] }

  func begin() { coverage = FieldCoverage() }

  func coverage(of rectangle: PixelRectangle) -> [Float]? { coverage.take(rectangle) }

  func explainer(row: Int, column: Int) throws -> Explainer {
    let size = size(row, column)
    if let index = explainers.firstIndex(where: { $0.size == size }) {
      explainers.append(explainers.remove(at: index))
    } else {
      if explainers.count == 2 { explainers.removeFirst() }
      let resized = try network.network(for: size)
      outputs[size] = resized.outputShape
      explainers.append(
        (
          size,
          try Explainer(
            canonized: resized, rules: RuleTable(network.rules.rules, for: resized), classStart: classStart, on: engine,
            options: options)
        ))
    }
    return explainers[explainers.count - 1].explainer
  }

  private func size(_ row: Int, _ column: Int) -> Extent {
    Extent(tiles.tileRows.span(row).count, tiles.tileColumns.span(column).count)
  }

  func choice(of places: [(row: Int, column: Int)], unreadable: [PixelRectangle]) -> TargetChoice {
    .chosen { [self] slot, scores in
      [target(row: places[slot].row, column: places[slot].column, scores: scores, unreadable: unreadable)]
    }
  }

  private func target(row: Int, column: Int, scores: Scores, unreadable: [PixelRectangle]) -> Target {
    let shape = outputs[size(row, column)]!
    let (top, left) = (tiles.tileRows.firstPosition(of: row), tiles.tileColumns.firstPosition(of: column))
    var weights = [Float](repeating: 0, count: shape.count)
    for y in tiles.tileRows.positions(of: row) {
      for x in tiles.tileColumns.positions(of: column) where tiles.isExplained(position: y, x, unreadable: unreadable) {
        let place = (y - top) * shape[2] + x - left
        let logits = (0..<shape[0]).map { scores.logits[$0 * shape[1] * shape[2] + place] }
        let index =
          switch target {
          case .fixed(let index): index
          case .top: Scores(logits).topClass
          }
        weights[index * shape[1] * shape[2] + place] = 1
        coverage.add(tiles.field(of: y, x))
        note(y, x, logits)
      }
    }
    return classStart == .one ? .relevance(weights) : .weighted(weights)
  }
}
