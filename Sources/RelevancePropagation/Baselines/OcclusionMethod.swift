/// Occlusion: what the network says when a window of the image is hidden, or when it alone is seen.
///
///     hidden    R of a pixel = mean over the windows that cover it of f(x) − f(x with the window filled)
///     isolated  R of a pixel = mean over the windows that cover it of f(everything but the window filled)
///
/// `hidden` is the prediction difference; a pixel's value is shared equally by its channels, so that a heatmap's sum over
/// channels is the difference. `isolated` is zennit's default: every channel receives f. Windows stand every `stride`
/// pixels from the upper left and are cut at the image's edge. Source: Zeiler and Fergus 2014, section 4.2.
public struct OcclusionMethod: AttributionMethod {
  public static let name = "occlusion"
  public static let summary = "f(x) − f(x with a window hidden) (Zeiler and Fergus 2014)"

  public enum Mode: String, Sendable, CaseIterable { case hidden, isolated }

  public var window: Int
  public var stride: Int
  public var mode: Mode
  /// What fills, per channel or one for all, in the network's input space.
  public var fill: [Float]

  /// - Precondition: `window` ≥ `stride` ≥ 1, so that every pixel is covered.
  public init(window: Int = 16, stride: Int = 8, mode: Mode = .hidden, fill: [Float] = [0]) {
    precondition(stride >= 1 && window >= stride, "window \(window), stride \(stride)")
    (self.window, self.stride, self.mode, self.fill) = (window, stride, mode, fill)
  }

  public var parameters: [RuleParameter] {
    [
      RuleParameter("mode", mode.rawValue), RuleParameter("window", window), RuleParameter("stride", stride),
      RuleParameter("fill", fill),
    ]
  }

  public func attribute(_ images: Tensor, targets: [Target], with model: GradientModel) throws -> Tensor {
    let shape = model.network.inputShape
    // A network of dense layers alone sees one row.
    let (channels, height, width) = shape.rank == 3 ? (shape[0], shape[1], shape[2]) : (1, 1, shape.count)
    guard fill.count == 1 || fill.count == channels else {
      throw AttributionError("\(fill.count) values to fill \(channels) channels; give one, or one a channel")
    }
    let windows = Swift.stride(from: 0, to: height, by: stride).flatMap { top in
      Swift.stride(from: 0, to: width, by: stride).map { left in
        Window(rows: top..<min(top + window, height), columns: left..<min(left + window, width))
      }
    }
    var result: [Float] = []
    for image in targets.indices {
      let x = images[image].scalars
      let whole = mode == .hidden ? try model.values(.stack([images[image]]), [targets[image]])[0] : 0
      var sum = [Double](repeating: 0, count: height * width)
      var covered = sum
      for begin in Swift.stride(from: 0, to: windows.count, by: model.batch) {
        let group = windows[begin..<min(begin + model.batch, windows.count)]
        let variants = group.flatMap { window in
          x.indices.map { index in
            let (row, column) = (index / width % height, index % width)
            let inside = window.rows.contains(row) && window.columns.contains(column)
            return inside == (mode == .hidden) ? fill[fill.count == 1 ? 0 : index / (height * width)] : x[index]
          }
        }
        let values = try model.values(
          Tensor(shape: Shape([group.count] + shape.extents), scalars: variants),
          Array(repeating: targets[image], count: group.count))
        for (window, value) in zip(group, values) {
          for row in window.rows {
            for column in window.columns {
              sum[row * width + column] += mode == .hidden ? whole - value : value
              covered[row * width + column] += 1
            }
          }
        }
      }
      let share = mode == .hidden ? Double(channels) : 1
      result += x.indices.map { Float(sum[$0 % (height * width)] / covered[$0 % (height * width)] / share) }
    }
    return Tensor(shape: images.shape, scalars: result)
  }

  private struct Window {
    let rows: Range<Int>
    let columns: Range<Int>
  }
}
