/// Folds batch norm into the convolution or dense layer before it, or, where there is none, into the one behind it.
///
/// Before: w' = w·f, b' = b·f + t per output channel, with y = f·x + t the norm's affine map (computed in Double).
/// Behind: w' = w·f, b' = b + Σ w·t per input channel. Padding is 0 behind the norm and stays 0, so a padded
/// convolution's b' differs at the border: it becomes a bias per position `[K, P, Q]`, exact for every padding.
/// A norm with neither neighbour stays and is treated as the linear layer it is.
public struct BatchNormFolding: Canonizer {
  public static let name = "batch norm folded"
  public init() {}

  public func canonize(_ network: Network) throws -> Network {
    var network = network
    while let (norm, neighbour) = candidate(in: network) {
      network = try fold(norm, into: neighbour, of: network)
    }
    return network
  }

  private enum Neighbour {
    case before(Network.Node)
    case behind(Network.Node)
  }

  private func candidate(in network: Network) -> (Network.Node, Neighbour)? {
    for node in network.nodes where node.layer is BatchNormalization {
      if let before = network[node.inputs[0]], isLinear(before), network.consumers(of: before.name) == [node.name],
        network.outputName != before.name
      {
        return (node, .before(before))
      }
      let readers = network.consumers(of: node.name)
      if readers.count == 1, let behind = network[readers[0]], isLinear(behind), network.outputName != node.name {
        return (node, .behind(behind))
      }
    }
    return nil
  }

  private func isLinear(_ node: Network.Node) -> Bool { node.layer is Convolution || node.layer is Dense }

  private func fold(_ node: Network.Node, into neighbour: Neighbour, of network: Network) throws -> Network {
    guard let norm = node.layer as? BatchNormalization else { return network }
    let (factor, offset) = norm.affine
    let target: Network.Node
    let layer: any Layer
    switch neighbour {
    case .before(let before):
      target = before
      layer = scalingOutputs(of: before.layer, factor, offset)
    case .behind(let behind):
      target = behind
      layer = try scalingInputs(of: behind, factor, offset, in: network)
    }
    let nodes = network.nodes.map {
      $0.name == target.name ? Network.Node(name: $0.name, layer: layer, inputs: $0.inputs) : $0
    }
    return try network.replacing(nodes: nodes).bypassing([node.name: node.inputs[0]])
  }

  private func scalingOutputs(of layer: any Layer, _ factor: [Double], _ offset: [Double]) -> any Layer {
    func scaled(_ weight: Tensor, _ bias: Tensor?) -> (Tensor, Tensor) {
      let row = weight.count / factor.count
      let old = weight.scalars
      let weights = old.indices.map { Float(Double(old[$0]) * factor[$0 / row]) }
      let biases = bias?.scalars ?? [Float](repeating: 0, count: factor.count)
      let perFilter = biases.count / factor.count
      return (
        Tensor(shape: weight.shape, scalars: weights),
        Tensor(
          shape: bias?.shape ?? [factor.count],
          scalars: biases.indices.map {
            Float(Double(biases[$0]) * factor[$0 / perFilter] + offset[$0 / perFilter])
          })
      )
    }
    if var convolution = layer as? Convolution {
      (convolution.weight, convolution.bias) = scaled(convolution.weight, convolution.bias)
      return convolution
    }
    guard var dense = layer as? Dense else { preconditionFailure("neither convolution nor dense") }
    (dense.weight, dense.bias) = scaled(dense.weight, dense.bias)
    return dense
  }

  private func scalingInputs(
    of node: Network.Node, _ factor: [Double], _ offset: [Double], in network: Network
  ) throws -> any Layer {
    if var dense = node.layer as? Dense {
      let features = dense.weight.shape[1]
      let old = dense.weight.scalars
      let biases = dense.bias?.scalars ?? [Float](repeating: 0, count: dense.weight.shape[0])
      dense.weight = Tensor(
        shape: dense.weight.shape, scalars: old.indices.map { Float(Double(old[$0]) * factor[$0 % features]) })
      dense.bias = Tensor(
        shape: [biases.count],
        scalars: biases.indices.map { k in
          Float((0..<features).reduce(Double(biases[k])) { $0 + Double(old[k * features + $1]) * offset[$1] })
        })
      return dense
    }
    guard var convolution = node.layer as? Convolution else { preconditionFailure("neither convolution nor dense") }
    let weight = convolution.weight
    let old = weight.scalars
    let area = weight.shape[2] * weight.shape[3]
    let groupChannels = weight.shape[1]
    let groupFilters = weight.shape[0] / convolution.groups
    func channel(_ index: Int) -> Int {
      index / (groupChannels * area) / groupFilters * groupChannels + index / area % groupChannels
    }
    convolution.weight = Tensor(
      shape: weight.shape, scalars: old.indices.map { Float(Double(old[$0]) * factor[channel($0)]) })
    convolution.bias = bias(
      of: convolution, old, offset, channel: channel, input: network.shapes[node.inputs[0]]!,
      output: network.shapes[node.name]!)
    return convolution
  }

  /// b + Σ w·t over the taps that lie in the image.
  private func bias(
    of layer: Convolution, _ weight: [Float], _ offset: [Double], channel: (Int) -> Int, input: Shape, output: Shape
  ) -> Tensor {
    let (rows, columns) = (layer.weight.shape[2], layer.weight.shape[3])
    let taps = layer.weight.count / output[0]
    // t's share of every filter tap, summed over the channels: [K, R, S].
    var perTap = [Double](repeating: 0, count: output[0] * rows * columns)
    for index in weight.indices {
      perTap[index / taps * rows * columns + index % (rows * columns)] +=
        Double(weight[index]) * offset[channel(index)]
    }
    let old = layer.bias?.scalars ?? [Float](repeating: 0, count: output[0])
    let perPosition = layer.padding != .zero || layer.bias?.shape.rank == 3
    let positions = perPosition ? output[1] * output[2] : 1
    var result = [Float](repeating: 0, count: output[0] * positions)
    for k in 0..<output[0] {
      for position in 0..<positions {
        let (p, q) = (position / output[2], position % output[2])
        var sum = Double(old[old.count == output[0] ? k : k * positions + position])
        for r in 0..<rows {
          let h = p * layer.stride.vertical - layer.padding.top + r * layer.dilation.vertical
          guard !perPosition || (h >= 0 && h < input[1]) else { continue }
          for s in 0..<columns {
            let w = q * layer.stride.horizontal - layer.padding.left + s * layer.dilation.horizontal
            guard !perPosition || (w >= 0 && w < input[2]) else { continue }
            sum += perTap[(k * rows + r) * columns + s]
          }
        }
        result[k * positions + position] = Float(sum)
      }
    }
    return Tensor(shape: perPosition ? output : [output[0]], scalars: result)
  }
}
