/// The last layer with weights, where everything after it only averages or rearranges within a class.
struct TopLayer {
  let name: String
  /// The top layer and what follows it, from the output down.
  let path: [String]

  /// - Throws: `TargetError` naming the layer that stands in the way.
  init(of network: Network) throws {
    var path: [String] = []
    var name = network.outputName
    while let node = network[name] {
      path.append(name)
      switch node.layer {
      case let layer as Dense where layer.weight.shape[0] == network.outputShape.count:
        (self.name, self.path) = (name, path)
        return
      case let layer as Convolution
      where layer.weight.shape[0] == network.outputShape.count && layer.groups == 1
        && layer.bias?.shape.rank != 3:
        (self.name, self.path) = (name, path)
        return
      case is any PassingLayer, is AveragePooling, is AdaptiveAveragePooling: name = node.inputs[0]
      default:
        throw TargetError(
          "\(name): a \(node.layer.typeName) lies between the last weights and the scores, so that differences of scores "
            + "are not linear in any layer; explain logits, or give the output's relevance as a vector")
      }
    }
    throw TargetError("\(network.name): no layer with weights computes the scores; explain logits")
  }

  /// The network with `rows` of the top layer's maps in the place of its classes.
  func replaced(in network: Network, rows: [ScoreRow]) throws -> Network {
    let classes = network.outputShape.count
    let nodes = network.nodes.map { node -> Network.Node in
      var node = node
      switch node.layer {
      case var layer as Dense where node.name == name:
        layer.weight = ScoreRow.combine(layer.weight, rows)
        layer.bias = layer.bias.map { ScoreRow.combine($0, rows) }
        node.layer = layer
      case var layer as Convolution where node.name == name:
        layer.weight = ScoreRow.combine(layer.weight, rows)
        layer.bias = layer.bias.map { ScoreRow.combine($0, rows) }
        node.layer = layer
      case let layer as Reshape where path.contains(node.name):
        if let shape = layer.shape, shape[0] == classes {
          node.layer = Reshape(shape: Shape([rows.count] + shape.extents.dropFirst()))
        }
      default: break
      }
      return node
    }
    return try network.replacing(nodes: nodes)
  }
}
