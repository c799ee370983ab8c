import RelevancePropagation

/// Explains an image of any size in one piece: the network as convolutions over the whole image, tile by tile.
///
/// f(X) = Σ over the output positions of their scores. It is cheaper than windows where these overlap much, and computes
/// another function: padded convolutions of the window network see the image here where they saw black, so that heatmaps may
/// be unreliable. `difference` measures it. Source: Montavon et al. 2017, "Sliding window explanations for large images".
///
/// A tile owns a block of output positions and reads all they see. Relevance starts at these positions alone; the sum over
/// tiles, in their order, is the relevance of the whole image, which never has to fit into memory.
public final class DirectScan {
  public let network: DirectNetwork
  /// The part of the image that is explained, in pixels of the image.
  public let region: PixelRectangle
  /// Output positions of the region, and those of a tile.
  public let positions: Extent
  public let tile: Extent
  public let settings: ScanSettings
  let normalization: PixelNormalization
  let classStart: Profile.Start
  let options: PropagationOptions
  public let engine: Engine
  private let rows: TileAxis
  private let columns: TileAxis

  /// - Parameters:
  ///   - image: size of the image.
  ///   - region: nil is all of it; nothing around it is read.
  ///   - tile: output positions of a tile (`largestTile`).
  ///   - settings: windows are combined by their sum, and none is constant.
  /// - Throws: `WindowGridError` for a region outside the image or smaller than a window; `ScanError` where the settings do not
  ///   fit; `TargetError`.
  public init(
    _ network: DirectNetwork, image: Extent, region: PixelRectangle? = nil, tile: Extent,
    normalization: PixelNormalization, settings: ScanSettings, classStart: Profile.Start = .logit, ledger: Bool = true,
    on engine: Engine
  ) throws {
    precondition(tile.vertical > 0 && tile.horizontal > 0, "tiles of \(tile)")
    guard settings.combine == .sum, settings.constantWindows == .compute else {
      throw ScanError(
        "the direct approach has one map and no windows: expected the combination sum and constant windows computed, found "
          + "\(settings.combine.rawValue) and \(settings.constantWindows.rawValue); scan windows instead")
    }
    // What holds of windows holds of the region: inside the image, and no smaller than one.
    let grid = try WindowGrid(
      image: image, region: region, window: network.window, stride: network.window, edges: .drop)
    if case .fixed(let index) = settings.target {
      try Target.logit(index).check(classes: network.network.outputShape[0])
    }
    try normalization.check(channels: network.network.inputShape[0])
    self.region = grid.region
    positions = try network.positions(in: grid.extent)
    (self.network, self.tile, self.settings, self.normalization) = (network, tile, settings, normalization)
    (self.classStart, self.engine) = (classStart, engine)
    options = PropagationOptions(ledger: ledger)
    rows = TileAxis(
      extent: grid.region.height, positionCount: positions.vertical, tile: tile.vertical, field: network.fields.rows)
    columns = TileAxis(
      extent: grid.region.width, positionCount: positions.horizontal, tile: tile.horizontal,
      field: network.fields.columns)
  }

  /// Makes the map, or the parts of it that are asked for: as `Scan.run`. Records are of tiles: their score is the sum of their
  /// positions'; coverage is the number of positions explained that see the pixel; the mask is asked for every position's window.
  public func run(
    _ rectangles: [PixelRectangle]? = nil, from source: any PixelSource, to sink: any StripSink,
    _ run: ScanRun = .init()
  ) throws -> ScanOutcome {
    try self.run(rectangles, from: source, to: sink, run, note: { _, _, _ in })
  }

  /// - Parameter note: told the logits of every position that is explained.
  func run(
    _ rectangles: [PixelRectangle]?, from source: any PixelSource, to sink: any StripSink, _ run: ScanRun,
    note: @escaping (_ y: Int, _ x: Int, _ logits: [Float]) -> Void
  ) throws -> ScanOutcome {
    let tiles = TileWindows(
      network, tiles: layout(run.isWanted), target: settings.target, classStart: classStart, options: options,
      on: engine)
    tiles.note = note
    let whole = PixelRectangle(x: 0, y: 0, width: region.width, height: region.height)
    return try ScanDriver(
      set: tiles, settings: settings, normalization: normalization,
      window: [network.network.inputShape[0], largest.vertical, largest.horizontal]
    ).run(rectangles ?? [whole], from: source, to: sink, run)
  }

  private func layout(_ mask: @escaping @Sendable (PixelRectangle) -> Bool) -> TileLayout {
    TileLayout(
      region: region, tileRows: rows, tileColumns: columns, window: network.window, stride: network.stride, mask: mask)
  }

  /// The largest tile in pixels.
  private var largest: Extent {
    func longest(_ axis: TileAxis) -> Int { (0..<axis.count).reduce(0) { max($0, axis.span($1).count) } }
    return Extent(longest(rows), longest(columns))
  }

  /// What the scan would take; its windows are tiles, and the arithmetic that of the largest.
  public func plan(
    rectangles: [PixelRectangle]? = nil, readsPlanes: Bool = false,
    isWanted: (@Sendable (PixelRectangle) -> Bool)? = nil
  ) throws -> ScanPlan {
    let resized = try network.network(for: largest)
    let explaining = PropagationPlan(
      resized, rules: try RuleTable(network.rules.rules, for: resized), on: engine)
    return ScanPlan(
      layout(isWanted ?? { _ in true }), hasMask: isWanted != nil, explaining: explaining, settings: settings,
      memory: memory(readsPlanes: readsPlanes), batch: 1, rectangles: rectangles)
  }

  /// Memory beside the tiles' networks.
  public func memory(readsPlanes: Bool = false) -> ScanMemory {
    ScanMemory(
      extent: Extent(region.height, region.width), window: largest,
      stride: Extent(
        max(tile.vertical * network.stride.vertical, 1), max(tile.horizontal * network.stride.horizontal, 1)),
      settings: settings, channels: network.network.inputShape[0], readsPlanes: readsPlanes)
  }
}
