internal import Compute
internal import KernelSources

/// Maximum over windows that slide over each channel; padding never wins.
///
/// Input `[C, H, W]`, output `[C, P, Q]`.
public struct MaxPooling: Layer {
  public static let typeName = "max pooling"
  public var window: PoolingWindow
  public init(window: PoolingWindow) { self.window = window }
  public func outputShape(for inputs: [Shape]) throws -> Shape { try window.outputShape(for: inputs[0]) }
}

extension MaxPooling: NonlinearLayer {
  func forward(
    _ inputs: [Buffer<Float>], into output: Buffer<Float>, shapes: LayerShapes, batch: Int, on engine: Engine
  ) throws {
    if engine.family == .cpu {
      return try maximumRows(inputs[0], factor: nil, into: output, shapes: shapes, batch: batch, on: engine)
    }
    let geometry = geometry(shapes)
    try engine.launch(
      "maximum_apply", grid: Grid(engine.vectors(Int(geometry.C)), Int(geometry.P * geometry.Q), batch), geometry,
      inputs[0], output)
  }

  /// On a CPU the mean is taken with the maximum.
  func forward(
    _ inputs: [Buffer<Float>], factor: FactorRequest, asking view: any LinearLayer, into output: Buffer<Float>,
    shapes: LayerShapes, batch: Int, on engine: Engine
  ) throws {
    if engine.family == .cpu {
      return try maximumRows(inputs[0], factor: factor, into: output, shapes: shapes, batch: batch, on: engine)
    }
    try forwardInTurn(
      inputs, factor: factor, asking: view, into: output, shapes: shapes, batch: batch, on: engine)
  }

  private func maximumRows(
    _ input: Buffer<Float>, factor: FactorRequest?, into output: Buffer<Float>, shapes: LayerShapes, batch: Int,
    on engine: Engine
  ) throws {
    try engine.launch(
      engine.tuned(.tile), "maximum_rows", groups: Grid(shapes.output[1], batch), items: 1,
      [geometry(shapes), factor.parameters, input, output, factor?.into ?? output])
  }

  /// Whether its kernels do all of `Finish` behind winner-take-all.
  static func finishes(_ family: KernelFamily) -> Bool { family == .cpu }

  /// Winner-take-all: the number of a window goes to its maximum, then what `finish` says.
  func route(
    _ numbers: Buffer<Float>, activation: Buffer<Float>, sharingTies: Bool, finish: Finish, into target: Buffer<Float>,
    shapes: LayerShapes, batch: Int, on engine: Engine
  ) throws {
    let geometry = geometry(shapes)
    if engine.family == .cpu {
      let (epilogue, arrays) = finish.arguments(nil, into: target, count: shapes.inputs[0].count)
      let isPairs = hasPairs(shapes)
      return try engine.launch(
        engine.tuned(.tile), "maximum_route_rows",
        groups: Grid(isPairs ? shapes.output[1] : shapes.inputs[0][1], batch), items: 1,
        [geometry, Int32(isPairs ? 1 : 0), Int32(sharingTies ? 1 : 0), epilogue, activation, numbers] + arrays)
    }
    precondition(finish.isPlain, "kernels that only route")
    try engine.launch(
      "maximum_route", grid: Grid(engine.vectors(Int(geometry.C)), Int(geometry.H * geometry.W), batch), geometry,
      activation,
      Int32(finish.targets), numbers, Int32(sharingTies ? 1 : 0), Int32(finish.accumulate ? 1 : 0), target)
  }

  /// Whether windows are 2 × 2, side by side, and whole: none reaches over the border, as `ceilMode` lets them.
  func hasPairs(_ shapes: LayerShapes) -> Bool {
    averaged?.averagesPairs(shapes) ?? false
  }

  /// The layer that stands in for this one where the backward pass treats it as average pooling; nil for dilated windows.
  var averaged: AveragePooling? {
    window.dilation == Extent(1) ? AveragePooling(window: window, countsPadding: false) : nil
  }

  private func geometry(_ shapes: LayerShapes) -> WindowGeometry {
    let input = shapes.inputs[0]
    return WindowGeometry(
      C: Int32(input[0]), H: Int32(input[1]), W: Int32(input[2]), P: Int32(shapes.output[1]),
      Q: Int32(shapes.output[2]), kernelY: Int32(window.kernel.vertical), kernelX: Int32(window.kernel.horizontal),
      strideY: Int32(window.stride.vertical), strideX: Int32(window.stride.horizontal),
      padTop: Int32(window.padding.top), padLeft: Int32(window.padding.left),
      dilationY: Int32(window.dilation.vertical), dilationX: Int32(window.dilation.horizontal))
  }
}
