import RelevancePropagation

/// A network read from a file, with what the file says, or was guessed to say, about using it.
public struct LoadedModel: Sendable {
  /// As in the file: batch norm, dropout and softmax are kept; canonizers come later.
  public var network: Network
  /// "safetensors", "PyTorch zip", "PyTorch legacy", "ONNX opset 18 by pytorch 2.13.0".
  public var format: String
  /// "VGG-16", "graph of 66 nodes".
  public var architecture: String
  public var preprocessing: Preprocessing
  /// Why this preprocessing, for the user to judge: files seldom say.
  public var preprocessingReason: String
  /// Names of the classes, where the file has them.
  public var labels: [String]?
  /// What was assumed or left out on the way, a sentence each.
  public var notes: [String]
}
