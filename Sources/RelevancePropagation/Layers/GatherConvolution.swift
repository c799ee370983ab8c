internal import Compute
internal import KernelSources

/// A convolution or its transpose on a GPU: by convolution/tiled.cl, in tiles of the size that suits the shape, or by
/// convolution/depthwise.cl where a filter reads one channel.
///
/// They serve every stride, dilation, padding and number of groups; weights lie by taps (`Convolution.arranged`).
struct GatherConvolution {
  let geometry: ConvolutionGeometry
  let isTransposed: Bool

  init(_ geometry: ConvolutionGeometry, isTransposed: Bool) {
    self.geometry = geometry
    self.isTransposed = isTransposed
  }

  /// Output channels of one group.
  private var channels: Int { Int((isTransposed ? geometry.C : geometry.K) / geometry.groups) }
  /// Outputs that read the same taps lie in one phase.
  private var phases: Int { isTransposed ? Int(geometry.strideY * geometry.strideX) : 1 }
  /// Outputs of the largest phase.
  private var rows: Int { isTransposed ? Self.quotient(geometry.H, geometry.strideY) : Int(geometry.P) }
  private var columns: Int { isTransposed ? Self.quotient(geometry.W, geometry.strideX) : Int(geometry.Q) }
  var isDepthwise: Bool { geometry.C == geometry.groups && geometry.groups > 1 }

  private static func quotient(_ a: Int32, _ b: Int32) -> Int { Int((a + b - 1) / b) }

  /// - Parameter kernel: in place of the one chosen by shape; depthwise only where a filter reads one channel.
  func run(
    _ input: Operand, _ parameters: DeviceParameters, finish: Finish = Finish(), into output: Buffer<Float>, batch: Int,
    with kernel: TunedKernel? = nil, on engine: Engine
  ) throws {
    let kernel = kernel ?? choice(batch: batch, on: engine)
    let function = (kernel.isDepthwise ? "depthwise" : "tiled") + (isTransposed ? "_transpose" : "_apply")
    let count = isTransposed ? geometry.C * geometry.H * geometry.W : geometry.K * geometry.P * geometry.Q
    let (epilogue, arrays) = finish.arguments(isTransposed ? nil : parameters, into: output, count: Int(count))
    try engine.launch(
      kernel, function, groups: groups(kernel, batch: batch),
      [geometry, Int32(batch), epilogue, input.buffer, Int32(input.stride), input.part, parameters.weight!] + arrays)
  }

  /// The kernel with the least work on this device: its groups run in waves, one group a compute unit at a time, and a
  /// group costs its outputs, with a surcharge for each number a work-item reads from local memory. A model, not a
  /// measurement: it counts padding and idle units.
  func choice(batch: Int, on engine: Engine) -> TunedKernel {
    if isDepthwise { return engine.tuned(.depthwise) }
    let fitting = TunableKernel.tiles.map(engine.tuned).filter {
      $0.kernel.problem($0.values, on: engine.limits) == nil
    }
    guard let best = fitting.min(by: { cost($0, batch, engine) < cost($1, batch, engine) }) else {
      preconditionFailure("no tiled kernel fits \(engine.device): use the family plain")
    }
    return best
  }

  private func cost(_ kernel: TunedKernel, _ batch: Int, _ engine: Engine) -> Double {
    let grid = groups(kernel, batch: batch)
    let waves = (grid.x * grid.y * grid.z + engine.limits.computeUnits - 1) / engine.limits.computeUnits
    let reads = 2 / Double(kernel["ITEM_POSITIONS"]) + 2 / Double(kernel["ITEM_CHANNELS"])
    return Double(waves * kernel["POSITIONS"] * kernel["CHANNELS"]) * (1 + reads)
  }

  /// Work-groups of a kernel.
  private func groups(_ kernel: TunedKernel, batch: Int) -> Grid {
    if kernel.isDepthwise {
      let across = (columns + kernel["COLUMNS"] - 1) / kernel["COLUMNS"]
      let items = channels * Int(geometry.groups) * across * rows
      return Grid((items + kernel["ITEMS"] - 1) / kernel["ITEMS"], 1, batch * phases)
    }
    let along = (batch * rows * columns + kernel["POSITIONS"] - 1) / kernel["POSITIONS"]
    let across = (channels + kernel["CHANNELS"] - 1) / kernel["CHANNELS"]
    return Grid(along, Int(geometry.groups) * across, phases)
  }
}

extension TunedKernel {
  fileprivate var isDepthwise: Bool { kernel.name == TunableKernel.depthwise.name }
}
