import RelevancePropagation

/// Builds the network of a recognised VGG from its state dict: any widths, any number of classes, any input channels.
struct VGGBuilder {
  let recognition: VGGRecognition
  let dictionary: StateDictionary
  let inputSize: Extent?

  func network() throws -> Network {
    let geometry = try geometry()
    var nodes: [Network.Node] = []
    var channels = geometry.inputChannels
    var features = geometry.features

    for step in recognition.architecture.steps {
      let name: String
      let layer: any Layer
      switch step {
      case .convolution(let node):
        name = node
        let weight = try filters(node, channels: channels)
        channels = weight.shape[0]
        layer = Convolution(
          weight: weight, bias: try bias(node, count: channels, isPresent: recognition.hasConvolutionBias),
          padding: Padding(1, 1))
      case .batchNorm(let node):
        name = node
        layer = BatchNormalization(
          scale: try vector(node + ".weight", channels), shift: try vector(node + ".bias", channels),
          mean: try vector(node + ".running_mean", channels), variance: try variance(node, channels),
          epsilon: 1e-5)
      case .dense(let node):
        name = node
        let weight = try matrix(node, inputs: features)
        features = weight.shape[0]
        layer = Dense(weight: weight, bias: try bias(node, count: features, isPresent: recognition.hasDenseBias))
      case .relu(let node): (name, layer) = (node, ReLU())
      case .maxPool(let node): (name, layer) = (node, MaxPooling(window: PoolingWindow(kernel: Extent(2))))
      case .averagePool(let node): (name, layer) = (node, AdaptiveAveragePooling(outputSize: geometry.grid))
      case .flatten(let node): (name, layer) = (node, Reshape.flatten)
      case .dropout(let node): (name, layer) = (node, Dropout())
      }
      nodes.append(Network.Node(name: name, layer: layer, inputs: [nodes.last?.name ?? "input"]))
    }
    return try Network(
      name: recognition.architecture.name,
      inputShape: [geometry.inputChannels, geometry.input.vertical, geometry.input.horizontal],
      nodes: nodes, outputName: nodes[nodes.count - 1].name)
  }

  // MARK: Geometry

  private struct Geometry {
    var inputChannels: Int
    var input: Extent
    /// Cells of the adaptive average pool before the dense layers.
    var grid: Extent
    /// Inputs of the first dense layer.
    var features: Int
  }

  /// The first dense layer reads C·s·s features; the five pools divide the image by 32, so it was 32·s pixels wide.
  private func geometry() throws -> Geometry {
    let convolutions = recognition.architecture.steps.compactMap {
      if case .convolution(let name) = $0 { name } else { nil }
    }
    let first = try tensor(convolutions[0] + ".weight")
    let last = try tensor(convolutions[convolutions.count - 1] + ".weight")
    let denseKey = recognition.naming.key("classifier.0") + ".weight"
    let dense = try tensor(denseKey)
    guard first.shape.rank == 4, last.shape.rank == 4, last.shape[0] > 0, dense.shape.rank >= 2 else {
      throw ModelFileError(
        at: denseKey,
        "expected convolutions [K, C, 3, 3] and a dense layer [K, F], found \(first.shape), "
          + "\(last.shape) and \(dense.shape)")
    }
    let channels = last.shape[0]
    let features = dense.shape.extents.dropFirst().reduce(1, *)
    let cells = features / channels
    guard cells > 0, cells * channels == features else {
      throw ModelFileError(at: denseKey, "expected a multiple of \(channels) features, found \(features)")
    }
    let square = (1...cells).prefix { $0 * $0 <= cells }.last ?? 1
    let isSquare = square * square == cells

    guard let inputSize else {
      guard isSquare else {
        throw ModelFileError(
          at: denseKey, "\(features) features are \(channels) channels of \(cells) cells, which is no square",
          remedy: "state the input size the network was trained for")
      }
      return Geometry(
        inputChannels: first.shape[1], input: Extent(32 * square), grid: Extent(square), features: features)
    }
    let map = Extent(inputSize.vertical / 32, inputSize.horizontal / 32)
    guard map.vertical > 0, map.horizontal > 0, inputSize.vertical <= 1 << 16, inputSize.horizontal <= 1 << 16 else {
      throw ModelFileError("input size \(inputSize): expected 32 to 65536 pixels a side")
    }
    let isExact = map.vertical * map.horizontal == cells
    guard isExact || isSquare else {
      throw ModelFileError(
        at: denseKey, "expected \(channels) x \(map) features for input size \(inputSize), found \(features)",
        remedy: "state the input size the network was trained for")
    }
    // timm's first dense layer is a convolution that would slide over a larger map, which is another network.
    if recognition.naming == .timm, map.vertical > square || map.horizontal > square, !isExact {
      throw ModelFileError(
        "input size \(inputSize): timm's network slides \(denseKey) over maps larger than \(square)x\(square)",
        remedy: "use at most \(32 * square) pixels a side, or export the network to ONNX at this size")
    }
    return Geometry(
      inputChannels: first.shape[1], input: inputSize, grid: isExact ? map : Extent(square), features: features)
  }

  // MARK: Parameters

  private func tensor(_ key: String) throws -> Tensor {
    guard let tensor = dictionary[key] else {
      throw ModelFileError(at: key, "is missing", remedy: "is the file complete?")
    }
    return tensor
  }

  private func checked(_ key: String, _ tensor: Tensor, expected: String, fits: Bool, remedy: String = "") throws
    -> Tensor
  {
    guard fits else { throw ModelFileError(at: key, "expected \(expected), found \(tensor.shape)", remedy: remedy) }
    return try tensor.requireFinite(key)
  }

  private func filters(_ node: String, channels: Int) throws -> Tensor {
    let weight = try tensor(node + ".weight")
    let extents = weight.shape.extents
    return try checked(
      node + ".weight", weight, expected: "[K, \(channels), 3, 3]",
      fits: extents.count == 4 && extents[0] > 0 && Array(extents.dropFirst()) == [channels, 3, 3],
      remedy: extents.suffix(1) == [channels] ? "is the file channels-last?" : "")
  }

  /// timm keeps fc1 and fc2 as convolutions `[K, C, s, s]`: the same numbers in the same order as `[K, C·s·s]`.
  private func matrix(_ node: String, inputs: Int) throws -> Tensor {
    let key = recognition.naming.key(node) + ".weight"
    let weight = try tensor(key)
    let extents = weight.shape.extents
    let fits =
      (extents.count == 2 || extents.count == 4) && extents[0] > 0 && extents.dropFirst().reduce(1, *) == inputs
    return try checked(key, weight, expected: "[K, \(inputs)]", fits: fits).reshaped([extents[0], inputs])
  }

  private func bias(_ node: String, count: Int, isPresent: Bool) throws -> Tensor? {
    isPresent ? try vector(recognition.naming.key(node) + ".bias", count) : nil
  }

  private func variance(_ node: String, _ count: Int) throws -> Tensor {
    let variance = try vector(node + ".running_var", count)
    guard variance.withScalars({ $0.allSatisfy { $0 >= 0 } }) else {
      throw ModelFileError(at: node + ".running_var", "a variance is negative", remedy: "is the file damaged?")
    }
    return variance
  }

  private func vector(_ key: String, _ count: Int) throws -> Tensor {
    let vector = try tensor(key)
    return try checked(key, vector, expected: "[\(count)]", fits: vector.shape == [count])
  }
}

extension Tensor {
  /// The tensor itself.
  /// - Throws: `ModelFileError` naming the first scalar that is NaN or infinite.
  func requireFinite(_ name: String) throws -> Tensor {
    guard let index = firstNonFinite else { return self }
    var rest = index
    let position = shape.extents.reversed().map { extent in
      defer { rest /= extent }
      return rest % extent
    }
    throw ModelFileError(
      at: name, "\(withScalars { $0[index] }) at \(Shape(position.reversed()))",
      remedy: "relevance needs finite weights; did the training diverge?")
  }
}
