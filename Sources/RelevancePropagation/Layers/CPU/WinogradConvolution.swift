internal import Compute
internal import KernelSources

/// A 3 × 3 convolution of stride 1, or its transpose, by cpu/winograd.cl.
struct WinogradConvolution {
  private let view: ConvolutionView
  private let tiling: WinogradTiling
  private let form: TileForm
  private let limits: DeviceLimits
  /// The form that is asked for.
  private let asked: WinogradForm?

  init(_ view: ConvolutionView, tile: Int, on engine: Engine) {
    self.view = view
    tiling = WinogradTiling(side: tile, over: view.output)
    form = TileForm(on: engine)
    limits = engine.limits
    asked = engine.choice.convolutions.form
  }

  private var cores: Int { limits.computeUnits }

  private var planes: Int { tiling.points }
  private var pitch: Int { (view.input[0] + 15) / 16 * 16 + 16 }

  /// Bytes of the sums of that many tiles with a block of each of `sets` filters.
  private func sumBytes(_ tiles: Int, _ sets: Int) -> Int { 4 * (sets * planes * tiles + form.slack) * form.columns }

  /// Bytes a work-item of the fused form needs for that many tiles.
  private func fusedBytes(_ tiles: Int, _ sets: Int) -> Int { 4 * planes * tiles * pitch + sumBytes(tiles, sets) }

  /// Pieces of work below which too many cores would have none.
  private var fewestPieces: Int { cores * 3 / 4 }

  /// All in one kernel where there are tiles enough for all cores, a few of them with all their channels fit a core's cache,
  /// and the filters are read from a cache again and again; else tiles are transformed first, and each block of filters is
  /// read once. Both give the same bits.
  ///
  /// Where the few tiles leave the cache little room for anything else, only many pieces of work a core repay the filters'
  /// way into it. They spare the transformed tiles the way from one core to the other.
  ///
  /// A form that is asked for is taken at every size, but for tiles that local memory does not hold.
  private func isFused(_ tiles: Int, sets: Int = 1) -> Bool {
    if let asked { return asked == .fused && fusedBytes(form.rows, sets) <= limits.localMemory }
    let isMany = sets == 1 && tiles >= 32 * form.rows * cores
    let filterBytes = sets * 4 * planes * view.input[0] * view.output[0]
    guard tiles >= max(8, fewestPieces) * form.rows, filterBytes <= (isMany ? 12 : 6) << 20 else { return false }
    let bytes = fusedBytes(form.rows, 1)
    return bytes <= form.cacheBytes * 2 / 3 || isMany && bytes <= form.cacheBytes * 7 / 8
  }

  /// Tiles of a piece of work of the fused form.
  private func fusedTilesAtOnce(of tiles: Int, _ sets: Int) -> Int {
    var blocks = 1
    while fusedBytes((blocks + 1) * form.rows, sets) <= form.cacheBytes * 3 / 5,
      tiles / ((blocks + 1) * form.rows) >= max(32, 2 * cores)
    {
      blocks += 1
    }
    return blocks * form.rows
  }

  /// Tiles that a piece of work of the split form takes at most, of `tiles` with each of `filterBlocks`.
  private func splitTilesAtOnce(of tiles: Int, _ filterBlocks: Int) -> Int {
    var blocks = 7
    while blocks > 1, (tiles + blocks * form.rows - 1) / (blocks * form.rows) * filterBlocks < fewestPieces {
      blocks -= 1
    }
    return blocks * form.rows
  }

  /// The most tiles that are transformed together: they stay in a cache that all cores share while one block of filters
  /// after another reads them, and filters stream through it.
  private var mostTogether: Int { max(Self.sharedCacheBytes / (4 * planes * pitch), form.rows) }

  /// A part of such a cache: 32 MiB where this was measured.
  private static let sharedCacheBytes = 8 << 20

  /// Elements of the transformed input where it does not stay in a core's cache.
  /// Where a whole batch would, fewer images may not; where one set of filters is fused, two may not be.
  func scratchCount(batch: Int) -> Int {
    isFused(tiling.count, sets: 2) ? 0 : planes * (min(batch * tiling.count, mostTogether) + form.slack) * pitch
  }

  var packedCount: Int { form.packedCount(depth: planes * view.input[0], outputs: view.output[0]) }

  func filters(_ parameters: DeviceParameters, on engine: Engine) throws -> Buffer<Float> {
    try parameters.weights!.packed(
      parameters.part, as: .winograd(tile: tiling.side, transposed: view.isTransposed), count: packedCount, on: engine
    ) { buffer in
      let (mode, part) = parameters.part.onDevice
      try engine.launch(
        form.kernel, "pack_winograd", groups: Grid((view.input[0] + 15) / 16, (view.output[0] + 15) / 16), items: 16,
        [view.filters, Int32(tiling.side), mode, part, parameters.weights!.original, buffer])
    }
  }

  /// - Parameter windows: where given, the input is f of each image times what windows of 2 × 2 send.
  func run(
    _ input: Operand, windows: SpreadWindows? = nil, _ parameters: DeviceParameters, usesBias: Bool, finish: Finish,
    factor: FactorRequest? = nil, into output: Buffer<Float>, batch: Int, on engine: Engine
  ) throws {
    let filters = try filters(parameters, on: engine)
    let sets = factor == nil ? 1 : 2
    let factorArguments: [any KernelArgument] = [
      factor.parameters, try factor.map { try self.filters($0.parameters, on: engine) } ?? filters,
      factor?.parameters.bias ?? filters,
      factor?.into ?? output,
      PoolingParameters(
        isMade: finish.pooling == nil ? 0 : 1, masks: finish.pooling?.masks == true ? 1 : 0,
        factor: (finish.pooling?.factor).parameters),
      finish.pooling?.maxima ?? output, finish.pooling?.factor?.into ?? output,
    ]
    let tiles = batch * tiling.count
    let padding = view.layer.padding
    var geometry = WinogradGeometry(
      C: Int32(view.input[0]), H: Int32(view.input[1]), W: Int32(view.input[2]), K: Int32(view.output[0]),
      P: Int32(view.output[1]), Q: Int32(view.output[2]),
      padTop: Int32(view.isTransposed ? 2 - padding.top : padding.top),
      padLeft: Int32(view.isTransposed ? 2 - padding.left : padding.left),
      tilesY: Int32(tiling.rows), tilesX: Int32(tiling.columns),
      targets: Int32(finish.targets), tiles: Int32(tiles), tilesAtOnce: 0, pitch: Int32(pitch),
      spreads: windows == nil ? 0 : 1, share: windows?.share ?? 1)
    let (epilogue, arrays) = finish.arguments(usesBias ? parameters : nil, into: output, count: view.output.count)
    if isFused(tiles, sets: sets) {
      let tilesAtOnce = fusedTilesAtOnce(of: tiles, sets)
      geometry.tilesAtOnce = Int32(tilesAtOnce)
      try engine.launch(
        form.kernel, "winograd_fused_\(tiling.side)", groups: form.groups((tiles + tilesAtOnce - 1) / tilesAtOnce),
        items: 1,
        [
          geometry, epilogue, input.buffer, Int32(input.stride), input.part, windows?.windows ?? input.buffer, filters,
        ] + factorArguments + [LocalMemory(bytes: fusedBytes(tilesAtOnce, sets))] + arrays)
      return
    }
    let transformed = parameters.scratch!
    let filterBlocks = (view.output[0] + form.columns - 1) / form.columns
    let together = tiles.evenly(atMost: mostTogether)
    for start in stride(from: 0, to: tiles, by: together) {
      let count = min(together, tiles - start)
      let tilesAtOnce = count.evenly(atMost: splitTilesAtOnce(of: count, filterBlocks))
      geometry.tiles = Int32(count)
      geometry.tilesAtOnce = Int32(tilesAtOnce)
      try engine.launch(
        form.kernel, "winograd_input_\(tiling.side)", groups: form.groups(count), items: 1,
        [
          geometry, Int32(start), input.buffer, Int32(input.stride), input.part, windows?.windows ?? input.buffer,
          transformed,
        ])
      let pieces = (count + tilesAtOnce - 1) / tilesAtOnce * filterBlocks
      try engine.launch(
        form.kernel, "winograd_sums_\(tiling.side)", groups: form.groups(pieces), items: 1,
        [geometry, epilogue, Int32(start), transformed, filters] + factorArguments
          + [LocalMemory(bytes: sumBytes(tilesAtOnce, sets))] + arrays)
    }
  }
}
