internal import Compute
internal import KernelSources

/// A convolution seen in one direction: what is its input there, its output, and its filters.
///
/// The transpose (step 3) is a convolution too: of s, with filters turned round and their channel axes swapped.
struct ConvolutionView {
  let layer: Convolution
  let isTransposed: Bool
  /// `[C, H, W]` of what is read, `[K, P, Q]` of what is made.
  let input: Shape
  let output: Shape

  init(_ layer: Convolution, _ shapes: LayerShapes, transposed: Bool) {
    self.layer = layer
    isTransposed = transposed
    input = transposed ? shapes.output : shapes.inputs[0]
    output = transposed ? shapes.inputs[0] : shapes.output
  }

  var rows: Int { layer.weight.shape[2] }
  var columns: Int { layer.weight.shape[3] }
  var taps: Int { rows * columns }
  /// Channels of one group.
  var inputs: Int { input[0] / layer.groups }
  var outputs: Int { output[0] / layer.groups }

  /// Where the weights of one group lie.
  var filters: FilterView {
    let perFilter = layer.weight.shape[1] * taps
    return FilterView(
      outputs: Int32(outputs), inputs: Int32(inputs), R: Int32(rows), S: Int32(columns),
      outputStride: Int32(isTransposed ? taps : perFilter), inputStride: Int32(isTransposed ? perFilter : taps),
      turned: isTransposed ? 1 : 0)
  }

  /// The same with the taps in their own order.
  var unturnedFilters: FilterView {
    var filters = filters
    filters.turned = 0
    return filters
  }

  /// Groups that come together in a bundle, as many as fill the lanes of a vector with outputs.
  static func groupsTogether(of groups: Int, outputs: Int) -> Int { max(1, min(groups, 16 / outputs)) }

  var groupsTogether: Int { Self.groupsTogether(of: layer.groups, outputs: outputs) }
  var bundles: Int { (layer.groups + groupsTogether - 1) / groupsTogether }

  /// Elements between the weights of two groups.
  var groupStride: Int { layer.weight.shape[0] / layer.groups * layer.weight.shape[1] * taps }
}
