/// The VGG networks (Simonyan & Zisserman 2014, arXiv 1409.1556, table 1): five blocks of 3 × 3 convolutions, each closed
/// by a 2 × 2 max pool, then three dense layers. What differs is the number of convolutions a block.
struct VGG: Sendable {
  var name: String
  var convolutionsPerBlock: [Int]
  /// Batch norm between every convolution and its ReLU.
  var hasBatchNorm: Bool

  static let all: [VGG] = [false, true].flatMap { hasBatchNorm in
    [
      ("VGG-11", [1, 1, 2, 2, 2]), ("VGG-13", [2, 2, 2, 2, 2]), ("VGG-16", [2, 2, 3, 3, 3]),
      ("VGG-19", [2, 2, 4, 4, 4]),
    ].map {
      VGG(name: $0.0 + (hasBatchNorm ? " with batch norm" : ""), convolutionsPerBlock: $0.1, hasBatchNorm: hasBatchNorm)
    }
  }

  /// A node in its place, under torchvision's name.
  enum Step {
    case convolution(String)
    case batchNorm(String)
    case relu(String)
    case maxPool(String)
    case averagePool(String)
    case flatten(String)
    case dense(String)
    case dropout(String)
  }

  /// All nodes in order. Layers of torchvision's two `Sequential`s are counted: `features.0`, `features.1` …
  var steps: [Step] {
    var features: [Step] = []
    for convolutions in convolutionsPerBlock {
      for _ in 0..<convolutions {
        features.append(.convolution("features.\(features.count)"))
        if hasBatchNorm { features.append(.batchNorm("features.\(features.count)")) }
        features.append(.relu("features.\(features.count)"))
      }
      features.append(.maxPool("features.\(features.count)"))
    }
    return features + [
      .averagePool("avgpool"), .flatten("flatten"),
      .dense("classifier.0"), .relu("classifier.1"), .dropout("classifier.2"),
      .dense("classifier.3"), .relu("classifier.4"), .dropout("classifier.5"),
      .dense("classifier.6"),
    ]
  }

  /// Keys of a state dict of this network. Biases may be left out, of all convolutions or of all dense layers.
  func keys(_ naming: VGGNaming, convolutionBias: Bool, denseBias: Bool) -> [String] {
    steps.flatMap { step -> [String] in
      switch step {
      case .convolution(let name): convolutionBias ? [name + ".weight", name + ".bias"] : [name + ".weight"]
      case .batchNorm(let name): ["weight", "bias", "running_mean", "running_var"].map { name + "." + $0 }
      case .dense(let name): (denseBias ? ["weight", "bias"] : ["weight"]).map { naming.key(name) + "." + $0 }
      default: []
      }
    }
  }
}

/// What a library calls the dense layers; the convolutions are `features.N` in both.
enum VGGNaming: String, CaseIterable, Sendable {
  case torchvision, timm

  /// The file's name of the layer torchvision calls `node`.
  func key(_ node: String) -> String {
    switch self {
    case .torchvision: node
    case .timm:
      ["classifier.0": "pre_logits.fc1", "classifier.3": "pre_logits.fc2", "classifier.6": "head.fc"][node] ?? node
    }
  }
}
