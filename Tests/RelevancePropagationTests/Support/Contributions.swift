@testable import RelevancePropagation

/// A linear layer of one image as the papers write it: z_k = Σ_i a_i·w_ik + b_k, every w_ik by itself, in Double.
///
/// Written from the definitions of the layers; slow on purpose. Several inputs stand one after another.
struct Contributions {
  struct Edge {
    let i: Int
    let w: Double
  }
  /// For every output k, the inputs that lie under it. Padding is no input.
  var edges: [[Edge]]
  var bias: [Double]
  /// Numbers of every input of the layer.
  var inputCounts: [Int]
  /// Channel of every input, for bounds per channel.
  var channel: [Int]

  /// z_k.
  func output(_ a: [Double]) -> [Double] {
    edges.indices.map { k in edges[k].reduce(bias[k]) { $0 + a[$1.i] * $1.w } }
  }

  private init(inputs: [Shape], outputs: Int, bias: [Double]? = nil) {
    edges = Array(repeating: [], count: outputs)
    self.bias = bias ?? Array(repeating: 0, count: outputs)
    inputCounts = inputs.map(\.count)
    channel = inputs.flatMap { shape in (0..<shape.count).map { $0 / (shape.count / shape[0]) } }
  }

  /// Nil for a layer that is not linear (a maximum counts as the mean over its window's pixels).
  init?(of layer: any Layer, inputs: [Shape], output: Shape) {
    self.init(inputs: inputs, outputs: output.count)
    switch layer {
    case let layer as Convolution: convolve(layer, inputs[0], output)
    case let layer as Dense: multiply(layer)
    case let layer as BatchNormalization: normalize(layer, output)
    case is Addition:
      for k in edges.indices { for n in inputs.indices { edges[k].append(Edge(i: n * output.count + k, w: 1)) } }
    case let layer as AveragePooling:
      average(layer.window, countsPadding: layer.countsPadding, inputs[0], output)
    case let layer as MaxPooling: average(layer.window, countsPadding: false, inputs[0], output)
    case is AdaptiveAveragePooling: averageAdaptively(inputs[0], output)
    default: return nil
    }
  }

  private mutating func convolve(_ layer: Convolution, _ input: Shape, _ output: Shape) {
    let weight = layer.weight.scalars.map(Double.init)
    let (filters, groupChannels, rows, columns) = (
      layer.weight.shape[0], layer.weight.shape[1], layer.weight.shape[2], layer.weight.shape[3]
    )
    for filter in 0..<filters {
      let group = filter / (filters / layer.groups)
      for p in 0..<output[1] {
        for q in 0..<output[2] {
          let k = (filter * output[1] + p) * output[2] + q
          if let b = layer.bias?.scalars { bias[k] = Double(b.count == filters ? b[filter] : b[k]) }
          for c in 0..<groupChannels {
            for r in 0..<rows {
              for s in 0..<columns {
                let h = p * layer.stride.vertical + r * layer.dilation.vertical - layer.padding.top
                let w = q * layer.stride.horizontal + s * layer.dilation.horizontal - layer.padding.left
                guard (0..<input[1]).contains(h), (0..<input[2]).contains(w) else { continue }
                let i = ((group * groupChannels + c) * input[1] + h) * input[2] + w
                edges[k].append(Edge(i: i, w: weight[((filter * groupChannels + c) * rows + r) * columns + s]))
              }
            }
          }
        }
      }
    }
  }

  private mutating func multiply(_ layer: Dense) {
    let weight = layer.weight.scalars.map(Double.init)
    let features = layer.weight.shape[1]
    for k in edges.indices {
      edges[k] = (0..<features).map { Edge(i: $0, w: weight[k * features + $0]) }
      if let b = layer.bias { bias[k] = Double(b.scalars[k]) }
    }
  }

  /// y = γ·(x − μ)/√(σ² + ε) + β.
  private mutating func normalize(_ layer: BatchNormalization, _ output: Shape) {
    for k in edges.indices {
      let c = k / (output.count / output[0])
      let factor = Double(layer.scale.scalars[c]) / (Double(layer.variance.scalars[c]) + layer.epsilon).squareRoot()
      edges[k] = [Edge(i: k, w: factor)]
      bias[k] = Double(layer.shift.scalars[c]) - Double(layer.mean.scalars[c]) * factor
    }
  }

  /// The window's mean; with `countsPadding` padded pixels count in the divisor, those beyond the padding do not.
  private mutating func average(_ window: PoolingWindow, countsPadding: Bool, _ input: Shape, _ output: Shape) {
    for c in 0..<output[0] {
      for p in 0..<output[1] {
        for q in 0..<output[2] {
          var pixels: [Int] = []
          var divisor = 0
          for r in 0..<window.kernel.vertical {
            for s in 0..<window.kernel.horizontal {
              let h = p * window.stride.vertical + r - window.padding.top
              let w = q * window.stride.horizontal + s - window.padding.left
              let isPixel = (0..<input[1]).contains(h) && (0..<input[2]).contains(w)
              let isPadded = h < input[1] + window.padding.bottom && w < input[2] + window.padding.right
              if isPixel { pixels.append((c * input[1] + h) * input[2] + w) }
              if isPixel || (countsPadding && isPadded) { divisor += 1 }
            }
          }
          edges[(c * output[1] + p) * output[2] + q] = pixels.map { Edge(i: $0, w: 1 / Double(divisor)) }
        }
      }
    }
  }

  /// Cell p: rows ⌊p·H/P⌋ up to ⌈(p + 1)·H/P⌉.
  private mutating func averageAdaptively(_ input: Shape, _ output: Shape) {
    func cell(_ p: Int, _ size: Int, _ cells: Int) -> Range<Int> {
      let (first, end) = (Double(p * size) / Double(cells), Double((p + 1) * size) / Double(cells))
      return Int(first.rounded(.down))..<Int(end.rounded(.up))
    }
    for k in edges.indices {
      let (c, p, q) = (k / (output[1] * output[2]), k / output[2] % output[1], k % output[2])
      let (rows, columns) = (cell(p, input[1], output[1]), cell(q, input[2], output[2]))
      let w = 1 / Double(rows.count * columns.count)
      for h in rows { for x in columns { edges[k].append(Edge(i: (c * input[1] + h) * input[2] + x, w: w)) } }
    }
  }
}
