internal import Compute
internal import KernelSources

/// A convolution of any shape, or its transpose, by cpu/gather.cl: one launch a phase.
struct GatheredConvolution {
  private let view: ConvolutionView
  /// Channels of a bundle of groups.
  private let inputs: Int
  private let outputs: Int
  private let form: TileForm

  init(_ view: ConvolutionView, on engine: Engine) {
    self.view = view
    inputs = view.groupsTogether * view.inputs
    outputs = view.groupsTogether * view.outputs
    form = TileForm(on: engine)
  }

  /// Outputs that meet the same taps: all of them forward; those with one remainder by the stride in the transpose.
  private struct Phase {
    let y: Int
    let x: Int
    /// Numbers of the taps in the view's filters, and the offsets of what they read.
    let taps: [(number: Int, y: Int, x: Int)]
  }

  private var phases: [Phase] {
    let (stride, padding, dilation) = (view.layer.stride, view.layer.padding, view.layer.dilation)
    let all = (0..<view.rows).flatMap { r in (0..<view.columns).map { (r, $0) } }
    guard view.isTransposed else {
      let taps = all.map { r, s in
        (r * view.columns + s, r * dilation.vertical - padding.top, s * dilation.horizontal - padding.left)
      }
      return [Phase(y: 0, x: 0, taps: taps)]
    }
    return (0..<min(stride.vertical, view.output[1])).flatMap { y in
      (0..<min(stride.horizontal, view.output[2])).map { x in
        let taps = all.compactMap { r, s -> (Int, Int, Int)? in
          let (h, w) = (y + padding.top - r * dilation.vertical, x + padding.left - s * dilation.horizontal)
          guard h % stride.vertical == 0, w % stride.horizontal == 0 else { return nil }
          // The view's taps are counted from the other end.
          return (view.taps - 1 - (r * view.columns + s), h / stride.vertical, w / stride.horizontal)
        }
        // In the order of the input, so that neighbours are copied at once.
        return Phase(y: y, x: x, taps: taps.sorted { ($0.1, $0.2) < ($1.1, $1.2) })
      }
    }
  }

  /// Taps of a filter's row that read neighbours.
  private var run: Int {
    let isDense = view.layer.dilation.horizontal == 1 && view.layer.groups == 1
    return isDense && (!view.isTransposed || view.layer.stride == Extent(1)) ? view.columns : 1
  }

  private func packedCount(_ phase: Phase) -> Int {
    view.bundles * form.packedCount(depth: max(phase.taps.count, 1) * inputs, outputs: outputs)
  }

  /// Elements of all packed filters.
  var packedCount: Int { phases.reduce(0) { $0 + packedCount($1) } }

  func run(
    _ input: Operand, _ parameters: DeviceParameters, usesBias: Bool, finish: Finish, into output: Buffer<Float>,
    batch: Int, on engine: Engine
  ) throws {
    let (epilogue, arrays) = finish.arguments(
      usesBias ? parameters : nil, into: output, count: view.output.count)
    let stride = view.layer.stride
    let (stepIn, stepOut) = view.isTransposed ? (Extent(1), stride) : (stride, Extent(1))
    for (number, phase) in phases.enumerated() {
      let rows = (view.output[1] - phase.y + stepOut.vertical - 1) / stepOut.vertical
      let columns = (view.output[2] - phase.x + stepOut.horizontal - 1) / stepOut.horizontal
      let positions = batch * rows * columns
      let depth = phase.taps.count * inputs
      let depthAtOnce = min(max(depth, 1), 512)
      let pitch = (depthAtOnce + 15) / 16 * 16 + 16
      let columnsOfSums = (outputs + form.columns - 1) / form.columns * form.columns
      let bytesOfRow = 4 * (pitch + columnsOfSums)
      let blocks = max(1, min(4, form.cacheBytes / 2 / (form.rows * bytesOfRow)))
      let rowsAtOnce = positions <= form.fewRows ? positions : blocks * form.rows
      let rowsOfMemory = (rowsAtOnce + form.rows - 1) / form.rows * form.rows
      let geometry = GatherGeometry(
        channels: Int32(view.input[0]), H: Int32(view.input[1]), W: Int32(view.input[2]), C: Int32(inputs),
        K: Int32(outputs), outputs: Int32(view.output[0]), P: Int32(view.output[1]),
        Q: Int32(view.output[2]),
        taps: Int32(phase.taps.count),
        run: Int32(run),
        stepInY: Int32(stepIn.vertical), stepInX: Int32(stepIn.horizontal),
        stepOutY: Int32(stepOut.vertical), stepOutX: Int32(stepOut.horizontal), phaseY: Int32(phase.y),
        phaseX: Int32(phase.x), phaseP: Int32(rows), phaseQ: Int32(columns), positions: Int32(positions),
        rowsAtOnce: Int32(rowsAtOnce), rowsOfMemory: Int32(rowsOfMemory), depthAtOnce: Int32(depthAtOnce),
        pitch: Int32(pitch))
      let packed = try filters(parameters, phase, number, on: engine)
      try engine.launch(
        form.kernel, "convolution_gather",
        groups: form.groups((positions + rowsAtOnce - 1) / rowsAtOnce, view.bundles), items: 1,
        [
          geometry, epilogue, packed.offsets, input.buffer, Int32(input.stride), input.part, packed.filters,
          LocalMemory(bytes: rowsOfMemory * bytesOfRow),
        ] + arrays)
    }
  }

  /// The packed filters of a convolution that is not transposed: [block][taps * inputs][columns].
  func filters(_ parameters: DeviceParameters, on engine: Engine) throws -> Buffer<Float> {
    precondition(!view.isTransposed)
    return try filters(parameters, phases[0], 0, on: engine).filters
  }

  private func filters(
    _ parameters: DeviceParameters, _ phase: Phase, _ number: Int, on engine: Engine
  ) throws -> (filters: Buffer<Float>, offsets: Buffer<Int32>) {
    let offsets = try parameters.weights!.table(number, transposed: view.isTransposed, on: engine) {
      phase.taps.flatMap { [Int32($0.y), Int32($0.x)] }
    }
    let filters = try parameters.weights!.packed(
      parameters.part, as: .gathered(transposed: view.isTransposed, phase: number), count: packedCount(phase),
      on: engine
    ) { buffer in
      guard !phase.taps.isEmpty else { return }
      let numbers = try Buffer<Int32>(phase.taps.map { Int32($0.number) }, on: engine.queue)
      try pack(parameters, numbers, into: buffer, on: engine)
    }
    return (filters, offsets)
  }

  private func pack(
    _ parameters: DeviceParameters, _ taps: Buffer<Int32>, into buffer: Buffer<Float>, on engine: Engine
  ) throws {
    let (mode, part) = parameters.part.onDevice
    try engine.launch(
      form.kernel, "pack_gather",
      groups: Grid((inputs + 15) / 16, (outputs + 15) / 16, view.bundles), items: 16,
      [
        view.filters, Int32(view.layer.groups), Int32(view.groupsTogether), Int32(view.groupStride), Int32(taps.count),
        taps, mode, part, parameters.weights!.original, buffer,
      ])
  }
}
