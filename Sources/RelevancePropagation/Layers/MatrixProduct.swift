internal import Compute
internal import KernelSources

/// A dense layer or its transpose on a GPU: one image by dense/vector.cl, which is bound by reading the weights; several
/// by convolution/tiled.cl, as a convolution of 1 × 1 images. Both add in the same order and give the same bits.
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
    _ input: Operand, _ parameters: DeviceParameters, finish: Finish = Finish(), into output: Buffer<Float>, batch: Int,
    with kernel: TunedKernel? = nil, on engine: Engine
  ) throws {
    let kernel = kernel ?? (batch == 1 ? engine.tuned(.vector) : nil)
    guard let kernel, kernel.kernel.name == TunableKernel.vector.name else {
      return try GatherConvolution(geometry, isTransposed: isTransposed).run(
        input, parameters, finish: finish, into: output, batch: batch, with: kernel, on: engine)
    }
    let (total, along, shares) =
      isTransposed
      ? (features, kernel["COLUMNS"], kernel["COLUMN_SHARES"]) : (outputs, kernel["ROWS"], kernel["ROW_SHARES"])
    let (epilogue, arrays) = finish.arguments(isTransposed ? nil : parameters, into: output, count: total)
    try engine.launch(
      kernel, isTransposed ? "vector_transpose" : "vector_apply", groups: Grid((total + along - 1) / along, batch),
      items: along * shares,
      [
        Int32(features), Int32(outputs), epilogue, input.buffer, Int32(input.stride), input.part, parameters.weight!,
      ] + arrays)
  }

  private var geometry: ConvolutionGeometry {
    ConvolutionGeometry(
      C: Int32(features), H: 1, W: 1, K: Int32(outputs), P: 1, Q: 1, R: 1, S: 1, strideY: 1, strideX: 1, padTop: 0,
      padLeft: 0, dilationY: 1, dilationX: 1, groups: 1)
  }
}
