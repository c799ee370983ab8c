/// A neuron or a whole feature map of one layer: a start inside the network.
///
/// The relevance there is its activation, 0 at all other neurons of the layer; only the layers below are explained.
/// What a unit passes on is its output: name the rectifier (`relu5_1`) for the value after it, the convolution
/// (`conv5_1`) for the value before.
public struct NeuronSelection: Sendable, Hashable, CustomStringConvertible {
  /// Node whose output is chosen.
  public let layer: String
  public let channel: Int
  /// Row and column in the feature map; nil means all of it.
  public let position: Position?
  /// Shape of the layer's output, `[C, …]`.
  public let shape: Shape

  public struct Position: Sendable, Hashable {
    public let y: Int
    public let x: Int
    public init(y: Int, x: Int) {
      self.y = y
      self.x = x
    }
  }

  /// - Throws: `UnknownLayer`; `TargetError` where the neuron lies outside the layer.
  public init(layer: String, channel: Int, position: Position? = nil, of network: Network) throws {
    let name = try network.layer(named: layer)
    let shape = network.shapes[name]!
    guard (0..<shape[0]).contains(channel) else {
      throw TargetError("\(layer): no channel \(channel); it has 0 to \(shape[0] - 1) (output \(shape))")
    }
    if let position {
      guard shape.rank == 3 else {
        throw TargetError("\(layer): its output \(shape) has no rows and columns; give the channel alone")
      }
      guard (0..<shape[1]).contains(position.y), (0..<shape[2]).contains(position.x) else {
        throw TargetError(
          "\(layer): no position y \(position.y), x \(position.x); its maps have \(shape[1]) rows and \(shape[2]) columns"
        )
      }
    }
    self.layer = name
    self.channel = channel
    self.position = position
    self.shape = shape
  }

  /// Indices of the chosen scalars in the layer's output of one image.
  var indices: Range<Int> {
    let area = shape.count / shape[0]
    guard let position else { return channel * area..<(channel + 1) * area }
    let index = channel * area + position.y * shape[2] + position.x
    return index..<index + 1
  }

  func mask(of scalars: [Float]) -> Range<Int> {
    precondition(scalars.count == shape.count, "\(scalars.count) activations of \(layer), expected \(shape)")
    return indices
  }

  /// The layer's activations where chosen, 0 elsewhere.
  func relevance(for activations: [Float]) -> [Float] {
    var result = [Float](repeating: 0, count: activations.count)
    for index in mask(of: activations) { result[index] = activations[index] }
    return result
  }

  public var description: String {
    "\(layer), channel \(channel)" + (position.map { ", y \($0.y), x \($0.x)" } ?? "")
  }
}
