import RelevancePropagation

/// How far the direct approach is from windows on a sample: at the same positions, with the network's stride.
public struct DirectDifference: Sendable, Hashable {
  /// Of one list of numbers from another, which is the measure.
  public struct Measure: Sendable, Hashable {
    public let cosine: Double
    /// ‖a − b‖ / ‖b‖.
    public let relativeL2: Double
    /// max|a − b| / max|b|.
    public let relativeMax: Double

    init(_ found: [Float], from reference: [Float]) {
      var (product, squares, squaresThere, distance) = (0.0, 0.0, 0.0, 0.0)
      var (largest, farthest) = (0.0, 0.0)
      for (a, b) in zip(found, reference) {
        let (a, b) = (Double(a), Double(b))
        product += a * b
        squares += a * a
        squaresThere += b * b
        distance += (a - b) * (a - b)
        largest = max(largest, abs(b))
        farthest = max(farthest, abs(a - b))
      }
      func ratio(_ part: Double, _ whole: Double) -> Double { part == 0 ? 0 : part / whole }
      cosine = squares == 0 && squaresThere == 0 ? 1 : ratio(product, (squares * squaresThere).squareRoot())
      relativeL2 = ratio(distance, squaresThere).squareRoot()
      relativeMax = ratio(farthest, largest)
    }
  }

  /// The sample, in pixels of the image, and positions compared.
  public let sample: PixelRectangle
  public let positions: Int
  /// Scores of the windows' targets.
  public let scores: Measure
  /// Relevance summed over channels, over the pixels that windows contain.
  public let relevance: Measure
}

extension DirectScan {
  /// Explains a sample of the region both ways, as an image of its own.
  ///
  /// - Parameters:
  ///   - windows: explains windows of the network this one was made from, with the same rules.
  ///   - sample: in pixels of the image; no smaller than a window.
  /// - Throws: as `run` and `Scan.run`.
  public func difference(
    from windows: Explainer, sample: PixelRectangle, source: any PixelSource
  ) throws -> DirectDifference {
    let image = Extent(sample.y + sample.height, sample.x + sample.width)
    let settings = ScanSettings(target: settings.target, chunk: settings.chunk)
    let grid = try WindowGrid(
      image: image, region: sample, window: network.window, stride: network.stride, edges: .drop)
    let windowMap = MapArray(grid.extent)
    _ = try Scan(windows, grid: grid, normalization: normalization, settings: settings).run(from: source, to: windowMap)

    let direct = try DirectScan(
      network, image: image, region: sample, tile: tile, normalization: normalization, settings: settings,
      classStart: classStart, ledger: options.ledger, on: engine)
    let directMap = MapArray(grid.extent)
    let logits = PositionLogits()
    _ = try direct.run(nil, from: source, to: directMap, ScanRun(), note: { logits.note($0, $1, $2) })

    var (found, expected): ([Float], [Float]) = ([], [])
    for window in windowMap.contents.windows {
      guard let target = window.target, let score = window.numbers?.score,
        let there = logits[window.y / network.stride.vertical, window.x / network.stride.horizontal]
      else { continue }
      found.append(there[target])
      expected.append(Float(score))
    }
    let covered = windowMap.contents.coverage.map { $0 > 0 }
    func kept(_ map: MapArray) -> [Float] { zip(map.contents.relevance, covered).filter(\.1).map(\.0) }
    return DirectDifference(
      sample: sample, positions: found.count, scores: .init(found, from: expected),
      relevance: .init(kept(directMap), from: kept(windowMap)))
  }
}

/// Logits by output position.
private final class PositionLogits {
  private var logits: [Extent: [Float]] = [:]
  func note(_ y: Int, _ x: Int, _ values: [Float]) { logits[Extent(y, x)] = values }
  subscript(y: Int, x: Int) -> [Float]? { logits[Extent(y, x)] }
}
