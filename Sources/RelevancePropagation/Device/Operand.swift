internal import Compute
internal import KernelSources

/// Activations as a kernel reads them: one entry an image, or one entry for the whole batch, and which part of each number.
struct Operand {
  let buffer: Buffer<Float>
  /// Elements between images; 0 where one entry serves the whole batch.
  let stride: Int
  let part: SignPart
}

extension Operand {
  /// Every number as it is.
  init(_ buffer: Buffer<Float>, _ shape: Shape) {
    self.init(buffer: buffer, stride: shape.count, part: SignedPart.all.onDevice)
  }
}

/// A layer's learned arrays on the device, as one share of a rule reads them.
struct DeviceParameters {
  /// ρ(w) as plain kernels read it, number by number.
  var weight: Buffer<Float>?
  /// w, and ρ(w) packed for fast kernels.
  var weights: LayerWeights?
  /// ρ, where the kernels take it while they pack.
  var part = WeightPart.all
  var bias: Buffer<Float>?
  /// What `bias` holds.
  var biasMode: BiasMode = .none
  /// Index tables of a pooling layer.
  var tables: Buffer<Int32>?
  /// Memory for a kernel's intermediate values, at least `LinearLayer.scratchCount`.
  var scratch: Buffer<Float>?

  /// The kernels' `biasMode`.
  enum BiasMode: Int32 {
    case none = 0
    case perChannel = 1
    case perPosition = 2
  }
}

/// Shapes of one image at a layer.
struct LayerShapes {
  let inputs: [Shape]
  let output: Shape
}

extension Network {
  func layerShapes(of node: Node) -> LayerShapes {
    LayerShapes(inputs: node.inputs.map { shapes[$0]! }, output: shapes[node.name]!)
  }
}
