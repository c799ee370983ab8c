internal import Compute
internal import KernelSources

/// A convolution of any shape, or its transpose, by cpu/gather.cl.
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

  /// Numbers of a phase's packed filters.
  private func packedCount(_ phase: Phase) -> Int {
    view.bundles * form.packedCount(depth: max(phase.taps.count, 1) * inputs, outputs: outputs)
  }

  func run(
    _ input: Operand, _ parameters: DeviceParameters, usesBias: Bool, finish: Finish, into output: Buffer<Float>,
    batch: Int, on engine: Engine
  ) throws {
    let (epilogue, arrays) = finish.arguments(
      usesBias ? parameters : nil, into: output, count: view.output.count)
    let stride = view.layer.stride
    let (stepIn, stepOut) = view.isTransposed ? (Extent(1), stride) : (stride, Extent(1))
    let phases = phases
    /// Outputs of a phase, of all entries.
    func positions(_ phase: Phase) -> Int {
      batch * ((view.output[1] - phase.y + stepOut.vertical - 1) / stepOut.vertical)
        * ((view.output[2] - phase.x + stepOut.horizontal - 1) / stepOut.horizontal)
    }
    let mostTerms = max(1, phases.map(\.taps.count).max()! * inputs)
    let depthAtOnce = min(mostTerms, Self.mostDepth)
    let pitch = depthAtOnce.roundedUp(to: 16) + 16
    let bytesOfRow = 4 * (pitch + outputs.roundedUp(to: form.columns))
    // Where the filters stay in a core's cache the rows stay in its first one; else few pieces read them.
    let filterBytes = 4 * mostTerms * outputs.roundedUp(to: 16)
    let room = filterBytes <= form.cacheBytes / 3 ? form.cacheBytes / 32 : form.cacheBytes / 2
    let blocks = max(1, min(4, room / (form.rows * bytesOfRow)))
    let most = phases.map(positions).max()!
    let rowsAtOnce = most.evenly(atMost: blocks * form.rows)
    let rowsOfMemory = rowsAtOnce.roundedUp(to: form.rows)
    let pieces = (most + rowsAtOnce - 1) / rowsAtOnce
    let outputsAtOnce = outputsAtOnce(pieces: pieces * view.bundles, cores: engine.limits.computeUnits)
    let geometry = GatherGeometry(
      channels: Int32(view.input[0]), H: Int32(view.input[1]), W: Int32(view.input[2]), C: Int32(inputs),
      K: Int32(outputs), outputs: Int32(view.output[0]), P: Int32(view.output[1]), Q: Int32(view.output[2]),
      entries: Int32(batch), phases: Int32(phases.count), run: Int32(run), stepInY: Int32(stepIn.vertical),
      stepInX: Int32(stepIn.horizontal), stepOutY: Int32(stepOut.vertical), stepOutX: Int32(stepOut.horizontal),
      rowsAtOnce: Int32(rowsAtOnce), outputsAtOnce: Int32(outputsAtOnce), rowsOfMemory: Int32(rowsOfMemory),
      depthAtOnce: Int32(depthAtOnce),
      pitch: Int32(pitch))
    let tables = try tables(of: phases, parameters, on: engine)
    try engine.launch(
      form.kernel, "convolution_gather",
      groups: form.groups(phases.count * pieces, view.bundles * ((outputs + outputsAtOnce - 1) / outputsAtOnce)),
      items: 1,
      [
        geometry, epilogue, tables.phases, tables.taps, input.buffer, Int32(input.stride), input.part,
        try filters(of: phases, parameters, on: engine), LocalMemory(bytes: 4 * rowsOfMemory * (pitch + outputsAtOnce)),
      ] + arrays)
  }

  /// Outputs of a piece of work, whole blocks of filters: all, or where there are fewer pieces than two a core, so many that there are.
  /// What shares positions gathers them again.
  private func outputsAtOnce(pieces: Int, cores: Int) -> Int {
    let blocks = (outputs + form.columns - 1) / form.columns
    let shares = min(blocks, max(1, (2 * cores + pieces - 1) / pieces))
    return (blocks + shares - 1) / shares * form.columns
  }

  /// Terms that are gathered at a time.
  private static let mostDepth = 512

  /// `GatherPhase`s and their taps' offsets, in the order of the phases.
  private func tables(
    of phases: [Phase], _ parameters: DeviceParameters, on engine: Engine
  ) throws -> (phases: Buffer<Int32>, taps: Buffer<Int32>) {
    let weights = parameters.weights!
    let taps = try weights.table(0, transposed: view.isTransposed, on: engine) {
      // A device has no buffers of nothing.
      let offsets = phases.flatMap { $0.taps.flatMap { [Int32($0.y), Int32($0.x)] } }
      return offsets.isEmpty ? [0] : offsets
    }
    let places = try weights.table(1, transposed: view.isTransposed, on: engine) {
      var (tap, filter) = (0, 0)
      return phases.flatMap { phase in
        defer { (tap, filter) = (tap + phase.taps.count, filter + packedCount(phase)) }
        return [phase.y, phase.x, tap, phase.taps.count, filter].map { Int32($0) }
      }
    }
    return (places, taps)
  }

  /// The packed filters of a convolution that is not transposed: [block][taps * inputs][columns].
  func filters(_ parameters: DeviceParameters, on engine: Engine) throws -> Buffer<Float> {
    precondition(!view.isTransposed)
    return try filters(of: phases, parameters, on: engine)
  }

  private func filters(
    of phases: [Phase], _ parameters: DeviceParameters, on engine: Engine
  ) throws -> Buffer<Float> {
    try parameters.weights!.packed(
      parameters.part, as: .gathered(transposed: view.isTransposed), count: phases.reduce(0) { $0 + packedCount($1) },
      on: engine
    ) { buffer in
      var start = 0
      for phase in phases {
        if !phase.taps.isEmpty { try pack(phase, parameters, into: buffer, from: start, on: engine) }
        start += packedCount(phase)
      }
    }
  }

  private func pack(
    _ phase: Phase, _ parameters: DeviceParameters, into buffer: Buffer<Float>, from start: Int, on engine: Engine
  ) throws {
    let (mode, part) = parameters.part.onDevice
    let taps = try Buffer<Int32>(phase.taps.map { Int32($0.number) }, on: engine.queue)
    try engine.launch(
      form.kernel, "pack_gather", groups: Grid((inputs + 15) / 16, (outputs + 15) / 16, view.bundles), items: 16,
      [
        view.filters, Int32(view.layer.groups), Int32(view.groupsTogether), Int32(view.groupStride), Int32(taps.count),
        taps, mode, part, parameters.weights!.original, Int32(start), buffer,
      ])
  }
}
