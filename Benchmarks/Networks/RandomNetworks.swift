import RelevancePropagation

/// Networks with seeded random weights: their speed is that of trained ones, and no file is needed.
///
/// Weights are uniform of He's variance, 2 / fan-in, which keeps activations of order one through any depth; biases are
/// small and not zero, because rules treat them apart.
public enum RandomNetworks {
  /// VGG-16 with a rectifier behind every layer but poolings and the last.
  public static func vgg16(_ vgg: VGG16 = .published, seed: UInt64 = 16) throws -> Network {
    var random = SplitMix64(seed: seed)
    var nodes: [Network.Node] = []
    func add(_ name: String, _ layer: any Layer) {
      nodes.append(.init(name: name, layer: layer, inputs: [nodes.last?.name ?? "input"]))
    }
    let layers = vgg.layers
    for shape in layers {
      if shape.name == "fc6" {
        if vgg.side != 32 * vgg.grid { add("avgpool", AdaptiveAveragePooling(outputSize: Extent(vgg.grid))) }
        add("flatten", Reshape.flatten)
      }
      add(shape.name, try layer(shape, random: &random))
      if shape.weightCount > 0 && shape.name != layers.last?.name {
        add(shape.name.replacing("conv", with: "relu").replacing("fc", with: "relu"), ReLU())
      }
    }
    return try Network(
      name: "VGG-16, random weights", inputShape: [3, vgg.side, vgg.side], nodes: nodes,
      outputName: nodes.last!.name)
  }

  /// One layer alone.
  public static func single(_ shape: LayerShape, seed: UInt64 = 1) throws -> Network {
    var random = SplitMix64(seed: seed)
    return try Network(
      name: shape.name, inputShape: shape.inputShape,
      nodes: [.init(name: shape.name, layer: layer(shape, random: &random), inputs: ["input"])], outputName: shape.name)
  }

  /// Numbers in −bound ..< bound.
  public static func tensor(_ shape: Shape, bound: Float = 1, seed: UInt64) -> Tensor {
    var random = SplitMix64(seed: seed)
    return tensor(shape, bound: bound, random: &random)
  }

  private static func tensor(_ shape: Shape, bound: Float, random: inout SplitMix64) -> Tensor {
    var scalars = [Float](repeating: 0, count: shape.count)
    scalars.withUnsafeMutableBufferPointer { fill($0, bound: bound, random: &random) }
    return Tensor(shape: shape, scalars: scalars)
  }

  private static func fill(_ scalars: UnsafeMutableBufferPointer<Float>, bound: Float, random: inout SplitMix64) {
    // The upper 24 bits are a float32's: exact multiples of 2⁻²³ in −1 ..< 1.
    for index in scalars.indices { scalars[index] = bound * (Float(random.next() >> 40) * 0x1p-23 - 1) }
  }

  /// Weights are made again where they are read after they were let go: as with a model's file, those that kernels have in an
  /// order of their own are not in memory twice.
  private static func layer(_ shape: LayerShape, random: inout SplitMix64) throws -> any Layer {
    func weight(_ extents: [Int]) throws -> Tensor {
      let fanIn = extents.dropFirst().reduce(1, *)
      let bound = (6 / Float(fanIn)).squareRoot()
      let start = random
      let shape = Shape(extents)
      random.skip(shape.count)
      return try Tensor(shape: shape, from: nil) { scalars in
        var random = start
        fill(scalars, bound: bound, random: &random)
      }
    }
    func bias() -> Tensor { tensor([shape.outputs], bound: 0.1, random: &random) }
    switch shape.kind {
    case .convolution(let filter, let stride, let dilation, let groups):
      let around = dilation * (filter / 2)
      return Convolution(
        weight: try weight([shape.outputs, shape.inputs / groups, filter, filter]), bias: bias(),
        stride: Extent(stride), padding: Padding(around, around), dilation: Extent(dilation), groups: groups)
    case .dense: return Dense(weight: try weight([shape.outputs, shape.inputs]), bias: bias())
    case .maxPooling(let side): return MaxPooling(window: PoolingWindow(kernel: Extent(side)))
    }
  }
}
