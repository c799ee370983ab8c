/// A layer of which every output reads a few positions of its inputs, and how it runs on a window that was cut out.
struct LocalLayer {
  /// The layer without padding: a window brings what lies around it.
  let layer: any Layer
  /// Positions an output reads, their distance, and where the first lies.
  private(set) var kernel = Extent(1)
  private(set) var dilation = Extent(1)
  private(set) var stride = Extent(1)
  private(set) var top = 0
  private(set) var left = 0
  /// What is read beyond the image.
  private(set) var outside: Float = 0

  /// Nil for a layer that looks at the whole image, or is not the same everywhere.
  init?(_ node: Network.Node, in network: DeviceNetwork) {
    let shapes = network.shapes(of: node)
    guard shapes.output.rank == 3, shapes.inputs.allSatisfy({ $0.rank == 3 }) else { return nil }
    switch node.layer {
    case var convolution as Convolution where convolution.bias?.shape.rank ?? 1 == 1:
      (kernel, stride) = (
        Extent(convolution.weight.shape[2], convolution.weight.shape[3]), convolution.stride
      )
      (dilation, top, left) = (convolution.dilation, convolution.padding.top, convolution.padding.left)
      convolution.padding = .zero
      layer = convolution
    case let pooling as MaxPooling:
      (kernel, stride, dilation) = (pooling.window.kernel, pooling.window.stride, pooling.window.dilation)
      (top, left) = (pooling.window.padding.top, pooling.window.padding.left)
      outside = -.infinity
      layer = MaxPooling(window: PoolingWindow(kernel: kernel, stride: stride, dilation: dilation))
    case let pooling as AveragePooling where Self.liesInside(pooling.window, shapes):
      (kernel, stride) = (pooling.window.kernel, pooling.window.stride)
      layer = AveragePooling(window: PoolingWindow(kernel: kernel, stride: stride), countsPadding: false)
    case let pointwise
    where pointwise is ReLU || pointwise is Addition || pointwise is Concatenation
      || pointwise is LocalResponseNormalization || network.network.sharesInput(node):
      layer = pointwise
    default: return nil
    }
  }

  /// Whether all windows of a pooling are whole.
  private static func liesInside(_ window: PoolingWindow, _ shapes: LayerShapes) -> Bool {
    window.padding == .zero
      && (shapes.output[1] - 1) * window.stride.vertical + window.kernel.vertical <= shapes.inputs[0][1]
      && (shapes.output[2] - 1) * window.stride.horizontal + window.kernel.horizontal <= shapes.inputs[0][2]
  }

  /// What of an output can change where windows of its inputs do.
  func reach(_ inputs: [Reach], output: Shape) -> Reach {
    let each = inputs.map { input in
      Reach(
        rows: input.rows.through(
          kernel: kernel.vertical, stride: stride.vertical, padding: top, dilation: dilation.vertical,
          extent: output[1]),
        columns: input.columns.through(
          kernel: kernel.horizontal, stride: stride.horizontal, padding: left, dilation: dilation.horizontal,
          extent: output[2]))
    }
    return each.dropFirst().reduce(each[0]) { $0.joined($1, output: output) }
  }

  /// Rows and columns that a window of `count` outputs along each axis reads.
  func read(rows: Int, columns: Int) -> (rows: Int, columns: Int) {
    func span(_ count: Int, _ stride: Int, _ kernel: Int, _ dilation: Int) -> Int {
      (count - 1) * stride + (kernel - 1) * dilation + 1
    }
    return (
      span(rows, stride.vertical, kernel.vertical, dilation.vertical),
      span(columns, stride.horizontal, kernel.horizontal, dilation.horizontal)
    )
  }
}

/// The window of a layer's output that a change of the input can reach.
struct Reach: Equatable {
  let rows: AxisReach
  let columns: AxisReach

  func share(of shape: Shape) -> Double {
    Double(rows.count * columns.count) / Double(shape[1] * shape[2])
  }

  func joined(_ other: Reach, output: Shape) -> Reach {
    Reach(
      rows: rows.joined(other.rows, extent: output[1]), columns: columns.joined(other.columns, extent: output[2]))
  }
}
