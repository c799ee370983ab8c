internal import Compute
internal import KernelSources

/// A convolution with one filter a channel, or its transpose, by cpu/depthwise.cl.
struct DepthwiseConvolution {
  let view: ConvolutionView

  func run(
    _ input: Operand, _ parameters: DeviceParameters, usesBias: Bool, finish: Finish, into output: Buffer<Float>,
    geometry: ConvolutionGeometry, batch: Int, on engine: Engine
  ) throws {
    let kernel = engine.tuned(.tile)
    let channels = view.input[0]
    let (mode, part) = parameters.part.onDevice
    let filters = try parameters.weights!.packed(
      parameters.part, as: .depthwise, count: channels * view.taps, on: engine
    ) { buffer in
      try engine.launch(
        kernel, "pack_depthwise", groups: Grid((channels + 15) / 16, view.taps), items: 16,
        [Int32(channels), Int32(view.taps), mode, part, parameters.weights!.original, buffer])
    }
    let (epilogue, arrays) = finish.arguments(usesBias ? parameters : nil, into: output, count: view.output.count)
    try engine.launch(
      kernel, "convolution_depthwise", groups: Grid((channels + 15) / 16, view.output[1] * view.output[2], batch),
      items: 1,
      [
        geometry, Int32(view.isTransposed ? 1 : 0), epilogue, input.buffer, Int32(input.stride), input.part, filters,
      ] + arrays)
  }
}
