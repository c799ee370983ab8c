internal import Compute
internal import KernelSources

/// Convolution of stride 1 by convolution/direct.cl: the same sums as the plain kernel, in registers.
///
/// Chosen for one group on CPUs; everything else stays with the plain kernel, which is also its twin in the tests.
struct DirectConvolution {
  private let geometry: DirectGeometry
  /// The input without its border, and the border before it.
  private let height: Int
  private let width: Int
  private let padTop: Int
  private let padLeft: Int

  /// Filters a work-item of the kernel makes, and positions.
  private static let filters = 8
  private static let lanes = 32
  /// Elements the last vector loads reach beyond the last row.
  private static let slack = 64

  /// The convolution itself, or nil where this form does not serve it.
  static func apply(_ layer: Convolution, _ shapes: LayerShapes) -> DirectConvolution? {
    guard serves(layer) else { return nil }
    let taps = layer.weight.shape[2] * layer.weight.shape[3]
    return DirectConvolution(
      layer, from: shapes.inputs[0], to: shapes.output, padTop: layer.padding.top, padLeft: layer.padding.left,
      outputStride: layer.weight.shape[1] * taps, inputStride: taps, turned: false)
  }

  /// The transpose: a convolution of s with the filters turned round.
  static func transpose(_ layer: Convolution, _ shapes: LayerShapes) -> DirectConvolution? {
    let (rows, columns) = (layer.weight.shape[2], layer.weight.shape[3])
    let padTop = (rows - 1) * layer.dilation.vertical - layer.padding.top
    let padLeft = (columns - 1) * layer.dilation.horizontal - layer.padding.left
    guard serves(layer), padTop >= 0, padLeft >= 0 else { return nil }
    return DirectConvolution(
      layer, from: shapes.output, to: shapes.inputs[0], padTop: padTop, padLeft: padLeft, outputStride: rows * columns,
      inputStride: layer.weight.shape[1] * rows * columns, turned: true)
  }

  private static func serves(_ layer: Convolution) -> Bool { layer.groups == 1 && layer.stride == Extent(1) }

  private init(
    _ layer: Convolution, from input: Shape, to output: Shape, padTop: Int, padLeft: Int, outputStride: Int,
    inputStride: Int, turned: Bool
  ) {
    let (rows, columns) = (layer.weight.shape[2], layer.weight.shape[3])
    geometry = DirectGeometry(
      inputs: Int32(input[0]), outputs: Int32(output[0]), P: Int32(output[1]), Q: Int32(output[2]),
      pitch: Int32(output[2] + (columns - 1) * layer.dilation.horizontal), R: Int32(rows), S: Int32(columns),
      dilationY: Int32(layer.dilation.vertical), dilationX: Int32(layer.dilation.horizontal),
      outputStride: Int32(outputStride), inputStride: Int32(inputStride), turned: turned ? 1 : 0)
    height = input[1]
    width = input[2]
    self.padTop = padTop
    self.padLeft = padLeft
  }

  private var plane: Int { Int((geometry.P + (geometry.R - 1) * geometry.dilationY) * geometry.pitch) }

  /// Elements of the bordered input of a batch.
  func scratchCount(batch: Int) -> Int { batch * Int(geometry.inputs) * plane + Self.slack }

  func run(
    _ input: Operand, weight: Buffer<Float>, bias: Buffer<Float>?, biasMode: DeviceParameters.BiasMode,
    coefficient: Float, accumulate: Bool, into output: Buffer<Float>, scratch: Buffer<Float>, batch: Int,
    on engine: Engine
  ) throws {
    try engine.launch(
      "convolution_border", grid: Grid(plane, Int(geometry.inputs), batch), geometry, Int32(height), Int32(width),
      Int32(padTop), Int32(padLeft), input.buffer, Int32(input.stride), input.part, scratch)
    let tiles = (Int(geometry.P * geometry.pitch) + Self.lanes - 1) / Self.lanes
    let groups = (Int(geometry.outputs) + Self.filters - 1) / Self.filters
    try engine.launch(
      "convolution_direct", grid: Grid(tiles, groups, batch), group: Grid(1), geometry, scratch, weight, bias ?? weight,
      biasMode.rawValue, coefficient, Int32(accumulate ? 1 : 0), output)
  }
}
