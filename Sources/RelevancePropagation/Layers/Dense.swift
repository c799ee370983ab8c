/// Fully connected layer: z_k = b_k + Σ_i x_i·w_ki. Input `[F]`, output `[K]`.
public struct Dense: Layer {
  public static let typeName = "dense"

  /// `[K, F]`, as PyTorch stores it.
  public var weight: Tensor
  /// `[K]`, or none.
  public var bias: Tensor?

  public init(weight: Tensor, bias: Tensor?) {
    self.weight = weight
    self.bias = bias
  }

  public var parameters: [Parameter] {
    [Parameter("weight", weight)] + (bias.map { [Parameter("bias", $0)] } ?? [])
  }

  public func outputShape(for inputs: [Shape]) throws -> Shape {
    guard weight.shape.rank == 2, inputs[0].rank == 1, weight.shape[1] == inputs[0][0] else {
      throw LayerError(
        "expected an input of \(weight.shape.rank == 2 ? String(weight.shape[1]) : "F") features for weights "
          + "\(weight.shape), found \(inputs[0])",
        remedy: "does the image have the size the network was trained for?")
    }
    if let bias, bias.shape != [weight.shape[0]] {
      throw LayerError("expected bias [\(weight.shape[0])], found \(bias.shape)")
    }
    return [weight.shape[0]]
  }
}
