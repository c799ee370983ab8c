import RelevancePropagation

/// What a name of an ONNX graph stands for while it is turned into a network.
enum GraphValue {
  /// The output of one of our nodes, or the input image.
  case activation(Activation)
  /// An initializer or constant of numbers.
  case constant(TensorMessage)
  /// Integers known before anything runs: a shape, axes, a part of one.
  case integers([Int])
}

/// The output of a node, without its batch axis.
struct Activation {
  var node: String
  var shape: Shape
  /// Zeros that a Pad node puts around it; they become padding of the convolution or pool that reads it.
  var pendingPadding: Padding = .zero
}
