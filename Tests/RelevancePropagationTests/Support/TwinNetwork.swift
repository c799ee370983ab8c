import Foundation

@testable import RelevancePropagation

/// A network of one image in Double: forward pass and relevance, layer by layer from the definitions.
struct TwinNetwork {
  let network: Network
  /// Output of every node, and the input.
  private(set) var activations: [String: [Double]] = [:]

  init(_ network: Network, image: [Float]) {
    self.network = network
    activations[network.inputName] = image.map(Double.init)
    for node in network.nodes {
      activations[node.name] = forward(node)
    }
  }

  private func inputShapes(_ node: Network.Node) -> [Shape] { node.inputs.map { network.shapes[$0]! } }

  private func contributions(_ node: Network.Node) -> Contributions? {
    Contributions(of: node.layer, inputs: inputShapes(node), output: network.shapes[node.name]!)
  }

  private func forward(_ node: Network.Node) -> [Double] {
    let a = node.inputs.flatMap { activations[$0]! }
    let shape = network.shapes[node.name]!
    switch node.layer {
    case is ReLU: return a.map { max($0, 0) }
    case let layer as MaxPooling:
      return windows(layer.window, inputShapes(node)[0], shape).map { $0.map { a[$0] }.max()! }
    case let layer as LocalResponseNormalization:
      let area = shape[1] * shape[2]
      return a.indices.map { i in
        let c = i / area
        let neighbours = (c - layer.size / 2)..<(c - layer.size / 2 + layer.size)
        let squares = neighbours.filter { (0..<shape[0]).contains($0) }.map { a[$0 * area + i % area] }
          .reduce(0) { $0 + $1 * $1 }
        return a[i] / pow(layer.k + layer.alpha / Double(layer.size) * squares, layer.beta)
      }
    case is Softmax:
      let total = a.reduce(0) { $0 + exp($1) }
      return a.map { exp($0) / total }
    default: return contributions(node)?.output(a) ?? a  // concatenation and what only rearranges
    }
  }

  /// Pixels under every window, in row-major order.
  private func windows(_ window: PoolingWindow, _ input: Shape, _ output: Shape) -> [[Int]] {
    (0..<output.count).map { k in
      let (c, p, q) = (k / (output[1] * output[2]), k / output[2] % output[1], k % output[2])
      var pixels: [Int] = []
      for r in 0..<window.kernel.vertical {
        for s in 0..<window.kernel.horizontal {
          let h = p * window.stride.vertical + r * window.dilation.vertical - window.padding.top
          let w = q * window.stride.horizontal + s * window.dilation.horizontal - window.padding.left
          if (0..<input[1]).contains(h), (0..<input[2]).contains(w) { pixels.append((c * input[1] + h) * input[2] + w) }
        }
      }
      return pixels
    }
  }

  /// Relevance at every node's output and at the input, from `start` at the output.
  func propagate(_ start: [Float], rules: [String: any Rule]) -> [String: [Double]] {
    propagate(start.map(Double.init), rules: rules)
  }

  /// The same from numbers that float32 does not hold.
  func propagate(_ start: [Double], rules: [String: any Rule]) -> [String: [Double]] {
    var relevance = [network.outputName: start]
    for node in network.nodes.reversed() {
      guard let incoming = relevance[node.name] else { continue }
      var sent = send(incoming, node, rules[node.name]!)[...]
      for input in node.inputs {
        let count = network.shapes[input]!.count
        let piece = Array(sent.prefix(count))
        sent = sent.dropFirst(count)
        relevance[input] = relevance[input].map { old in old.indices.map { old[$0] + piece[$0] } } ?? piece
      }
    }
    return relevance
  }

  /// What a node's inputs get, one input after another.
  private func send(_ incoming: [Double], _ node: Network.Node, _ rule: any Rule) -> [Double] {
    let a = node.inputs.flatMap { activations[$0]! }
    switch (node.layer, rule) {
    case (_, is PassRule): return incoming
    case (is ReLU, is GradientRule): return a.indices.map { a[$0] > 0 ? incoming[$0] : 0 }
    case (is ReLU, let rule as RectifierRule):
      return a.indices.map { i in
        switch rule.mode {
        case .guided: a[i] > 0 && incoming[i] > 0 ? incoming[i] : 0
        case .deconvolution: max(incoming[i], 0)
        case .smooth(let beta): incoming[i] / (1 + exp(-Double(beta) * a[i]))
        }
      }
    case (let layer as MaxPooling, let rule as WinnerTakesAllRule):
      return route(incoming, a, layer, node, sharingTies: rule.sharingTies)
    case (let layer as MaxPooling, is GradientRule): return route(incoming, a, layer, node, sharingTies: false)
    // Only rearranged: the gradient passes.
    default: return contributions(node)?.relevance(rule, a: a, incoming: incoming) ?? incoming
    }
  }

  private func route(
    _ incoming: [Double], _ a: [Double], _ layer: MaxPooling, _ node: Network.Node, sharingTies: Bool
  ) -> [Double] {
    var result = [Double](repeating: 0, count: a.count)
    for (k, pixels) in windows(layer.window, inputShapes(node)[0], network.shapes[node.name]!).enumerated() {
      let largest = pixels.map { a[$0] }.max()!
      let winners = pixels.filter { a[$0] == largest }
      for winner in sharingTies ? winners : [winners[0]] {
        result[winner] += incoming[k] / Double(sharingTies ? winners.count : 1)
      }
    }
    return result
  }
}
