import Foundation
import ModelFormats
import RelevancePropagation

/// MODELS/<model>/net.json with its weights: a network layer by layer.
package struct NetworkDescription: Decodable {
  let name: String
  let input: Input
  let weights: String
  let layers: [LayerDescription]
  let output: String

  struct Input: Decodable {
    let shape: [Int]
    /// Of x, per channel: black.
    let low: [Float]?
  }

  struct LayerDescription: Decodable {
    let name: String
    let type: String
    let inputs: [String]
    let weight: String?
    let bias: String?
    let kernelSize: [Int]?
    let stride: [Int]?
    let padding: [Int]?
    let dilation: [Int]?
    let groups: Int?
    let ceilMode: Bool?
    let countIncludePad: Bool?
    let outputSize: [Int]?
    let eps: Double?
    let runningMean: String?
    let runningVar: String?
  }

  /// What net.json says.
  static func description(folder: String) throws -> NetworkDescription {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return try decoder.decode(Self.self, from: Data(contentsOf: URL(fileURLWithPath: folder + "/net.json")))
  }

  /// The network of a folder.
  package static func network(folder: String) throws -> Network {
    let description = try description(folder: folder)
    let tensors = try ModelFile.stateDictionary(path: folder + "/" + description.weights)
    return try Network(
      name: description.name, inputShape: Shape(description.input.shape),
      nodes: try description.layers.map { layer in
        Network.Node(name: layer.name, layer: try layer.layer(tensors), inputs: layer.inputs)
      }, outputName: description.output)
  }
}

extension NetworkDescription.LayerDescription {
  func layer(_ tensors: StateDictionary) throws -> any Layer {
    switch type {
    case "Conv2d":
      Convolution(
        weight: try tensor(weight, tensors), bias: try bias.map { try tensor($0, tensors) },
        stride: extent(stride, 1), padding: Padding(extent(padding, 0).vertical, extent(padding, 0).horizontal),
        dilation: extent(dilation, 1), groups: groups ?? 1)
    case "Linear": Dense(weight: try tensor(weight, tensors), bias: try bias.map { try tensor($0, tensors) })
    case "BatchNorm2d":
      BatchNormalization(
        scale: try tensor(weight, tensors), shift: try tensor(bias, tensors),
        mean: try tensor(runningMean, tensors), variance: try tensor(runningVar, tensors), epsilon: eps ?? 1e-5)
    case "ReLU": ReLU()
    case "Dropout": Dropout()
    case "Flatten": Reshape.flatten
    case "MaxPool2d": MaxPooling(window: window)
    case "AvgPool2d": AveragePooling(window: window, countsPadding: countIncludePad ?? true)
    case "AdaptiveAvgPool2d": AdaptiveAveragePooling(outputSize: extent(outputSize, 1))
    case "Add": Addition()
    case "Concat": Concatenation()
    default: throw NotYet(reason: "layer type \(type) of \(name)")
    }
  }

  private var window: PoolingWindow {
    PoolingWindow(
      kernel: extent(kernelSize, 1), stride: stride.map { _ in extent(stride, 1) },
      padding: Padding(extent(padding, 0).vertical, extent(padding, 0).horizontal),
      dilation: extent(dilation, 1), ceilMode: ceilMode ?? false)
  }

  private func extent(_ values: [Int]?, _ other: Int) -> Extent {
    guard let values, let first = values.first else { return Extent(other) }
    return Extent(first, values.count > 1 ? values[1] : first)
  }

  private func tensor(_ key: String?, _ tensors: StateDictionary) throws -> Tensor {
    guard let key, let tensor = tensors[key] else { throw NotYet(reason: "\(name) has no tensor \(key ?? "")") }
    return tensor
  }
}
