import RelevancePropagation

/// Explains an image of any size by sliding a network's window over it: g(X) = Σ_s f(X[s]).
///
/// A pixel receives relevance from all windows that contain it. The map is made in strips, one row of chunks each, which go
/// to a sink while later ones are computed; its numbers do not depend, to the bit, on how windows are batched, on the height
/// of strips, on the rectangles that shards make or on where a scan went on.
///
/// ```swift
/// let grid = try WindowGrid(image: Extent(height, width), window: Extent(224), stride: Extent(56), edges: .flush)
/// let scan = try Scan(explainer, grid: grid, normalization: PixelNormalization(.torchvision), settings: .init(target: .top))
/// let outcome = try scan.run(from: file, to: store)
/// ```
/// Source: Montavon et al. 2017, "Sliding window explanations for large images".
public final class Scan {
  public let grid: WindowGrid
  public let settings: ScanSettings
  private let explainer: Explainer
  private let normalization: PixelNormalization

  /// - Parameters:
  ///   - explainer: one target an image; its batch is that of the windows, its ledger theirs. It is not used elsewhere
  ///     while a scan runs.
  /// - Throws: `ScanError` where the grid's windows are not the network's input, or the preprocessing does not fit;
  ///   `TargetError` for a class the network does not have.
  public init(_ explainer: Explainer, grid: WindowGrid, normalization: PixelNormalization, settings: ScanSettings)
    throws
  {
    let input = explainer.network.inputShape
    guard input.rank == 3 else {
      throw ScanError("the network reads \(input), no image [C, H, W]; windows cannot be cut for it")
    }
    guard grid.window == Extent(input[1], input[2]) else {
      throw ScanError(
        "the grid has windows of \(grid.window), the network reads \(input[1])x\(input[2]); make the grid for the network"
      )
    }
    precondition(explainer.options.targets == 1, "\(explainer.options.targets) targets a window")
    if case .fixed(let index) = settings.target {
      try Target.logit(index).check(classes: explainer.network.outputShape.count)
    }
    try normalization.check(channels: input[0])
    (self.explainer, self.grid, self.normalization, self.settings) = (explainer, grid, normalization, settings)
  }

  /// Makes the map, or the parts of it that are asked for.
  ///
  /// - Parameters:
  ///   - rectangles: of the map, of whole chunks (see `ShardPlan`), scanned one after another; nil is the whole map. Memory
  ///     grows with their width (`ScanPlan`).
  ///   - source: gives pixels of the image; only those of the grid's region are read.
  /// - Returns: what was written; not complete where `run.stop` asked to stop.
  /// - Throws: `ScanError` for scores that are not finite, `RelevanceError`, `ComputeError`, what source and sink throw;
  ///   the strips that were explained before are written first, unless writing failed.
  public func run(
    _ rectangles: [PixelRectangle]? = nil, from source: any PixelSource, to sink: any StripSink,
    _ run: ScanRun = .init()
  ) throws -> ScanOutcome {
    let whole = PixelRectangle(x: 0, y: 0, width: grid.region.width, height: grid.region.height)
    let windows = GridWindows(explainer, grid: grid, target: settings.target, mask: run.isWanted)
    return try ScanDriver(
      set: windows, settings: settings, normalization: normalization, window: explainer.network.inputShape
    ).run(rectangles ?? [whole], from: source, to: sink, run)
  }
}
