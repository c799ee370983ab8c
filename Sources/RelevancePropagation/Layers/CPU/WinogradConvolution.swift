internal import Compute
internal import KernelSources

/// A 3 × 3 convolution of stride 1, or its transpose, by cpu/winograd.cl.
struct WinogradConvolution {
  private let view: ConvolutionView
  private let tile: Int
  private let form: TileForm

  init(_ view: ConvolutionView, tile: Int, on engine: Engine) {
    self.view = view
    self.tile = tile
    form = TileForm(on: engine)
  }

  private var planes: Int { (tile + 2) * (tile + 2) }
  private var pitch: Int { (view.input[0] + 15) / 16 * 16 + 16 }
  private var tilesOfEntry: Int { ((view.output[1] + tile - 1) / tile) * ((view.output[2] + tile - 1) / tile) }

  /// Bytes of the sums of that many tiles with a block of each of `sets` filters.
  private func sumBytes(_ tiles: Int, _ sets: Int) -> Int { 4 * (sets * planes * tiles + form.slack) * form.columns }

  /// Bytes a work-item of the fused form needs for that many tiles.
  private func fusedBytes(_ tiles: Int, _ sets: Int) -> Int { 4 * planes * tiles * pitch + sumBytes(tiles, sets) }

  /// All in one kernel where a few tiles with all their channels fit a core's cache, and the filters are read from a
  /// cache again and again; else tiles are transformed first, and each block of filters is read once.
  private var isFused: Bool {
    fusedBytes(form.rows, 1) <= form.cacheBytes * 2 / 3 && 4 * planes * view.input[0] * view.output[0] <= 12 << 20
  }

  private func tilesAtOnce(of tiles: Int, _ sets: Int) -> Int {
    if isFused {
      var blocks = 1
      while fusedBytes((blocks + 1) * form.rows, sets) <= form.cacheBytes * 3 / 5,
        tiles / ((blocks + 1) * form.rows) >= 32
      {
        blocks += 1
      }
      return blocks * form.rows
    }
    let most = 7 * form.rows
    let pieces = (tiles + most - 1) / most
    return (tiles + pieces - 1) / pieces
  }

  /// Elements of the transformed input where it does not stay in a cache.
  func scratchCount(batch: Int) -> Int {
    isFused ? 0 : planes * (batch * tilesOfEntry + form.slack) * pitch
  }

  var packedCount: Int { form.packedCount(depth: planes * view.input[0], outputs: view.output[0]) }

  func filters(_ parameters: DeviceParameters, on engine: Engine) throws -> Buffer<Float> {
    try parameters.weights!.packed(
      parameters.part, as: .winograd(tile: tile, transposed: view.isTransposed), count: packedCount, on: engine
    ) { buffer in
      let (mode, part) = parameters.part.onDevice
      try engine.launch(
        form.kernel, "pack_winograd", groups: Grid((view.input[0] + 15) / 16, (view.output[0] + 15) / 16), items: 16,
        [view.filters, Int32(tile), mode, part, parameters.weights!.original, buffer])
    }
  }

  func run(
    _ input: Operand, _ parameters: DeviceParameters, usesBias: Bool, finish: Finish, factor: FactorRequest? = nil,
    into output: Buffer<Float>, batch: Int, on engine: Engine
  ) throws {
    let filters = try filters(parameters, on: engine)
    let sets = factor == nil ? 1 : 2
    let factorArguments: [any KernelArgument] = [
      factor.parameters, try factor.map { try self.filters($0.parameters, on: engine) } ?? filters,
      factor?.parameters.bias ?? filters,
      factor?.into ?? output,
    ]
    let tiles = batch * tilesOfEntry
    let tilesAtOnce = tilesAtOnce(of: tiles, sets)
    let padding = view.layer.padding
    let geometry = WinogradGeometry(
      C: Int32(view.input[0]), H: Int32(view.input[1]), W: Int32(view.input[2]), K: Int32(view.output[0]),
      P: Int32(view.output[1]), Q: Int32(view.output[2]),
      padTop: Int32(view.isTransposed ? 2 - padding.top : padding.top),
      padLeft: Int32(view.isTransposed ? 2 - padding.left : padding.left),
      tilesY: Int32((view.output[1] + tile - 1) / tile), tilesX: Int32((view.output[2] + tile - 1) / tile),
      targets: Int32(finish.targets), tiles: Int32(tiles), tilesAtOnce: Int32(tilesAtOnce), pitch: Int32(pitch))
    let (epilogue, arrays) = finish.arguments(usesBias ? parameters : nil, into: output, count: view.output.count)
    let blocks = (tiles + tilesAtOnce - 1) / tilesAtOnce
    if isFused {
      try engine.launch(
        form.kernel, "winograd_fused_\(tile)", groups: form.groups(blocks), items: 1,
        [
          geometry, epilogue, input.buffer, Int32(input.stride), input.part, filters,
        ] + factorArguments + [LocalMemory(bytes: fusedBytes(tilesAtOnce, sets))] + arrays)
      return
    }
    let transformed = parameters.scratch!
    try engine.launch(
      form.kernel, "winograd_input_\(tile)", groups: form.groups(tiles), items: 1,
      [geometry, input.buffer, Int32(input.stride), input.part, transformed])
    let filterBlocks = (view.output[0] + form.columns - 1) / form.columns
    try engine.launch(
      form.kernel, "winograd_sums_\(tile)", groups: form.groups(blocks * filterBlocks), items: 1,
      [geometry, epilogue, transformed, filters] + factorArguments + [LocalMemory(bytes: sumBytes(tilesAtOnce, sets))]
        + arrays)
  }
}
