internal import Compute
internal import KernelSources

/// A dense layer or its transpose on a GPU: one image by dense/vector.cl, which is bound by reading the weights; several
/// by convolution/tiled.cl, as a convolution of 1 × 1 images.
struct MatrixProduct {
  private let outputs: Int
  private let features: Int
  private let isTransposed: Bool

  /// - Parameter weight: `[K, F]`.
  init(weight: Shape, isTransposed: Bool) {
    outputs = weight[0]
    features = weight[1]
    self.isTransposed = isTransposed
  }

  /// - Parameter kernel: in place of the one chosen by the batch.
  func run(
    _ input: Operand, _ parameters: DeviceParameters, coefficient: Float = 1, accumulate: Bool = false,
    into output: Buffer<Float>, batch: Int, with kernel: TunedKernel? = nil, on engine: Engine
  ) throws {
    let kernel = kernel ?? (batch == 1 ? engine.tuned(.vector) : nil)
    guard let kernel, kernel.kernel.name == TunableKernel.vector.name else {
      return try GatherConvolution(geometry, isTransposed: isTransposed).run(
        input, parameters, coefficient: coefficient, accumulate: accumulate, into: output, batch: batch, with: kernel,
        on: engine)
    }
    let weight = parameters.weight!
    let groups =
      isTransposed ? (features + kernel["COLUMNS"] - 1) / kernel["COLUMNS"] : outputs
    try engine.launch(
      kernel, isTransposed ? "vector_transpose" : "vector_apply", groups: Grid(groups, batch),
      items: isTransposed ? kernel["COLUMNS"] * kernel["SHARES"] : kernel["ITEMS"],
      [
        Int32(features), Int32(outputs), input.buffer, Int32(input.stride), input.part, weight,
        parameters.bias ?? weight, parameters.biasMode.rawValue, coefficient, Int32(accumulate ? 1 : 0), output,
      ])
  }

  private var geometry: ConvolutionGeometry {
    ConvolutionGeometry(
      C: Int32(features), H: 1, W: 1, K: Int32(outputs), P: 1, Q: 1, R: 1, S: 1, strideY: 1, strideX: 1, padTop: 0,
      padLeft: 0, dilationY: 1, dilationX: 1, groups: 1)
  }
}
