import Testing

@testable import RelevancePropagation

/// The graph: its order, its shapes, and what its errors say.
@Suite struct NetworkTests {
  private typealias Node = Network.Node

  private func message(
    _ nodes: [Network.Node], input: Shape = [3, 4, 4], output: String = "out",
    sourceLocation: SourceLocation = #_sourceLocation
  ) -> String {
    let error = #expect(throws: NetworkError.self, sourceLocation: sourceLocation) {
      try Network(name: "test", inputShape: input, nodes: nodes, outputName: output)
    }
    return error?.description ?? ""
  }

  @Test("nodes are put in execution order, whatever order they come in", arguments: [UInt64(1), 2, 3, 4])
  func order(_ seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let network = SmallNetwork.concatenation(biased: true, seed: seed)
    let shuffled = network.nodes.shuffled(using: &random)
    let again = try Network(name: "shuffled", inputShape: network.inputShape, nodes: shuffled, outputName: "fc")
    var seen: Set = ["input"]
    for node in again.nodes {
      #expect(node.inputs.allSatisfy(seen.contains), "\(node.name) stands before its inputs, seed \(seed)")
      seen.insert(node.name)
    }
    #expect(again.shapes == network.shapes)
  }

  @Test("nodes the output does not need are dropped")
  func unused() throws {
    let network = try Network(
      name: "test", inputShape: [3],
      nodes: [
        Node(name: "aside", layer: ReLU(), inputs: ["out"]), Node(name: "out", layer: ReLU(), inputs: ["input"]),
        Node(name: "broken", layer: ReLU(), inputs: ["nowhere"]),
      ], outputName: "out")
    #expect(network.nodes.map(\.name) == ["out"])
    #expect(network.shapes["aside"] == nil)
  }

  @Test("a cycle, a missing input, a name used twice, a missing output are named")
  func brokenGraphs() {
    #expect(
      message([Node(name: "a", layer: ReLU(), inputs: ["out"]), Node(name: "out", layer: ReLU(), inputs: ["a"])])
        == "a: the graph has a cycle through out; only feed-forward graphs work")
    #expect(
      message([Node(name: "out", layer: ReLU(), inputs: ["out"])])
        == "out: the graph has a cycle through out; only feed-forward graphs work")
    #expect(
      message([Node(name: "out", layer: ReLU(), inputs: ["conv9"])])
        == "out: reads conv9, which no node produces; the input image is named input")
    #expect(
      message([
        Node(name: "out", layer: ReLU(), inputs: ["input"]), Node(name: "out", layer: ReLU(), inputs: ["input"]),
      ])
        == "out: two nodes have this name; rename one")
    #expect(
      message([Node(name: "input", layer: ReLU(), inputs: ["input"])]).hasPrefix("input: two nodes have this name"))
    #expect(
      message([Node(name: "a", layer: ReLU(), inputs: ["input"])])
        == "out: the output node does not exist; name one of the 1 nodes")
    #expect(message([Node(name: "out", layer: ReLU(), inputs: [])]) == "out: takes 1 input, found 0")
    #expect(message([Node(name: "out", layer: Addition(), inputs: ["input"])]) == "out: takes 2 to 64 inputs, found 1")
    #expect(
      message([Node(name: "out", layer: ReLU(), inputs: ["input"])], input: [3, 0, 4])
        == "input: input shape [3, 0, 4] has an extent that is not positive; state the input size")
  }

  @Test("what does not fit says where, expected, found, remedy")
  func shapes() {
    func weights(_ shape: Shape) -> Convolution { Convolution(weight: Tensor(repeating: 1, shape: shape), bias: nil) }
    func single(_ layer: any Layer, _ input: Shape = [3, 4, 4]) -> String {
      message([Node(name: "out", layer: layer, inputs: ["input"])], input: input)
    }
    #expect(
      single(weights([8, 2, 2, 3]))
        == "out: expected weights [8, 3, 2, 3] for 3 input channels in 1 group(s), found [8, 2, 2, 3]; "
        + "is the file channels-last?")
    #expect(single(weights([8, 5, 2, 2])).hasSuffix("found [8, 5, 2, 2]"))
    #expect(single(weights([8, 3, 2])) == "out: expected weights [K, C, R, S], found [8, 3, 2]")
    #expect(
      single(weights([8, 3, 5, 5]))
        == "out: output would be empty ([8, 0, 0]) for input [3, 4, 4]; use a larger input image")
    #expect(
      single(weights([8, 3, 1, 1]), [48])
        == "out: expected an image [C, H, W], found [48]; is a reshape missing before this layer?")
    var biased = weights([8, 3, 1, 1])
    biased.bias = Tensor(repeating: 0, shape: [3])
    #expect(single(biased) == "out: expected bias [8], found [3]")
    #expect(
      single(Dense(weight: Tensor(repeating: 1, shape: [2, 50]), bias: nil), [48])
        == "out: expected an input of 50 features for weights [2, 50], found [48]; "
        + "does the image have the size the network was trained for?")
    #expect(single(Reshape(shape: [5, 5])) == "out: cannot reshape [3, 4, 4] to [5, 5]")
    #expect(
      single(MaxPooling(window: PoolingWindow(kernel: Extent(2), padding: Padding(2, 0))))
        == "out: padding 2,0,2,0 reaches beyond the window of 2x2")
    #expect(single(Softmax()) == "out: expected one score per class, found [3, 4, 4]")
  }

  @Test("a shape without axes is no output, and a window without a pixel no maximum")
  func degenerate() {
    // Later layers read the first extent; files may say anything.
    #expect(
      message(
        [
          Node(name: "none", layer: Reshape(shape: []), inputs: ["input"]),
          Node(name: "out", layer: Softmax(), inputs: ["none"]),
        ], input: [1]
      ).hasPrefix("none: "))
    // Kernel 2, dilation 3, padding 3 over one row: windows see rows −3 and 0, −2 and 1, …: the second sees nothing.
    let layer = MaxPooling(
      window: PoolingWindow(
        kernel: Extent(2, 1), stride: Extent(1), padding: Padding(3, 0), dilation: Extent(3, 1)))
    #expect(message([Node(name: "out", layer: layer, inputs: ["input"])], input: [1, 1, 1]).hasPrefix("out: "))
  }

  @Test("the same graph for another image size: shapes follow, a fixed dense layer says so")
  func resized() throws {
    let network = SmallNetwork.residual(biased: true, seed: 1)
    let larger = try network.resized(to: [3, 16, 10])
    #expect(larger.shapes["stem"] == [4, 16, 10] && larger.outputShape == [5])
    #expect(larger.nodes.map(\.name) == network.nodes.map(\.name))
    let error = #expect(throws: NetworkError.self) {
      try SmallNetwork.vggLike(biased: true, seed: 1).resized(to: [3, 16, 10])
    }
    #expect(error?.description.hasPrefix("fc6: expected an input of 12 features") == true)
  }

  @Test("a graph of 20 000 nodes needs no recursion")
  func deep() throws {
    let names = (0..<20_000).map { "n\($0)" }
    let nodes = names.indices.map {
      Node(name: names[$0], layer: ReLU(), inputs: [$0 == 0 ? "input" : names[$0 - 1]])
    }
    let network = try Network(name: "deep", inputShape: [1], nodes: nodes.reversed(), outputName: names.last!)
    #expect(network.nodes.count == 20_000)
  }
}
