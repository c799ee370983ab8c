internal import Compute

/// A layer that is linear in its inputs up to its bias, so that it can carry the four steps of LRP.
protocol LinearLayer: Layer {
  /// Learned weights and bias, where the layer has any: rules read parts of them.
  var linearMap: (weight: Tensor, bias: Tensor?)? { get }

  /// The weights in the order this engine's kernels read them; ρ(w) is taken number by number and keeps it.
  func arranged(_ weight: Buffer<Float>, on engine: Engine) throws -> Buffer<Float>

  /// Index tables its kernels need for these shapes.
  func tables(for shapes: LayerShapes) -> [Int32]

  /// Elements of scratch memory that `apply` and `transpose` need at most for a batch.
  func scratchCount(for shapes: LayerShapes, batch: Int) -> Int

  /// z (+)= coefficient · (W·x + b). One operand an input.
  func apply(
    _ inputs: [Operand], _ parameters: DeviceParameters, coefficient: Float, accumulate: Bool,
    into output: Buffer<Float>, shapes: LayerShapes, batch: Int, on engine: Engine) throws

  /// c = Wᵀ·s, for input number `index`.
  func transpose(
    _ s: Buffer<Float>, _ parameters: DeviceParameters, toInput index: Int, into c: Buffer<Float>,
    shapes: LayerShapes, batch: Int, on engine: Engine) throws
}

extension LinearLayer {
  var linearMap: (weight: Tensor, bias: Tensor?)? { nil }
  func arranged(_ weight: Buffer<Float>, on engine: Engine) throws -> Buffer<Float> { weight }
  func tables(for shapes: LayerShapes) -> [Int32] { [] }
  func scratchCount(for shapes: LayerShapes, batch: Int) -> Int { 0 }
}

/// A layer that is not linear: it has a forward pass, and rules that are not shares (winner-take-all, pass …).
protocol NonlinearLayer: Layer {
  func forward(
    _ inputs: [Buffer<Float>], into output: Buffer<Float>, shapes: LayerShapes, batch: Int, on engine: Engine) throws
}

/// A layer whose output holds the scalars of its input in the same order. It needs no memory where the device's order is
/// the same too.
protocol PassingLayer: Layer {}
