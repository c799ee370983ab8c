import RelevancePropagation

extension OperatorTable {
  static let convolution: [String: Lowering] = [
    "Conv": { node, graph in
      let input = try graph.activation(node, allowingPadding: true)
      guard let weight = try graph.weights(node, 1) else { throw ModelFileError(at: node.title, "Conv lacks weights") }
      guard weight.shape.rank == 4 else {
        throw node.unsupported("with weights \(weight.shape) (two-dimensional ones are [K, C, R, S])")
      }
      let window = try WindowAttributes(node, kernel: Extent(weight.shape[2], weight.shape[3]), input: input)
      return try graph.add(
        Convolution(
          weight: weight, bias: try graph.weights(node, 2), stride: window.stride,
          padding: window.padding + input.pendingPadding, dilation: window.dilation,
          groups: try node.integer("group", default: 1)),
        node, [Activation(node: input.node, shape: input.shape)])
    },
    // Zeros around the image: kept until a convolution or pool makes them its padding.
    "Pad": { node, graph in
      let input = try graph.activation(node, allowingPadding: true)
      guard node.text("mode", default: "constant") == "constant" else {
        throw node.unsupported("with mode \(node.text("mode", default: ""))", remedy: "only zeros are padding here")
      }
      let isOld = graph.opset < 11
      let value = isOld ? node.float("value", default: 0) : try graph.scalar(node, 2) ?? 0
      guard value == 0 else { throw node.unsupported("with value \(value)", remedy: "only zeros are padding here") }
      guard try graph.value(node, 3) == nil, input.shape.rank == 3 else {
        throw node.unsupported("with axes, or of anything but images [N, C, H, W]")
      }
      guard let pads = isOld ? try node.integers("pads") : try graph.integers(node, 1), pads.count == 8,
        [0, 1, 4, 5].allSatisfy({ pads[$0] == 0 }), pads.allSatisfy({ (0...1 << 16).contains($0) })
      else { throw node.unsupported("other than by rows and columns") }
      var output = input
      output.pendingPadding =
        input.pendingPadding + Padding(top: pads[2], left: pads[3], bottom: pads[6], right: pads[7])
      guard output.pendingPadding.top <= 1 << 20 else { throw node.unsupported("so often") }
      return .activation(output)
    },
  ]
}
