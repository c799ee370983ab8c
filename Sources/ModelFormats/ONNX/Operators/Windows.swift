import RelevancePropagation

/// The attributes that convolutions and pools share: kernel, stride, dilation, padding.
struct WindowAttributes {
  var kernel: Extent
  var stride: Extent
  var dilation: Extent
  var padding: Padding

  /// - Parameter kernel: nil where the attribute `kernel_shape` must tell it.
  init(_ node: NodeMessage, kernel: Extent?, input: Activation) throws {
    guard input.shape.rank == 3 else {
      throw node.unsupported("of inputs other than images [N, C, H, W] (found \(input.shape) without N)")
    }
    let stated = try Self.extent(node, "kernel_shape")
    guard let kernel = kernel ?? stated, stated == nil || stated == kernel else {
      throw ModelFileError(
        at: node.title, "expected kernel_shape \(kernel?.description ?? "H, W"), found \(stated?.description ?? "none")"
      )
    }
    self.kernel = kernel
    stride = try Self.extent(node, "strides") ?? Extent(1)
    dilation = try Self.extent(node, "dilations") ?? Extent(1)
    guard [kernel, stride, dilation].allSatisfy({ $0.vertical > 0 && $0.horizontal > 0 }) else {
      throw ModelFileError(
        at: node.title, "kernel \(kernel), stride \(stride) and dilation \(dilation) must be positive")
    }
    padding = .zero
    padding = try padding(node, input.shape)
  }

  private static func extent(_ node: NodeMessage, _ name: String) throws -> Extent? {
    guard let integers = try node.integers(name), !integers.isEmpty else { return nil }
    guard integers.count == 2 else { throw node.unsupported("in \(integers.count) dimensions") }
    return Extent(integers[0], integers[1])
  }

  private func padding(_ node: NodeMessage, _ shape: Shape) throws -> Padding {
    let mode = node.text("auto_pad", default: "NOTSET")
    switch mode {
    case "NOTSET", "":
      guard let pads = try node.integers("pads"), !pads.isEmpty else { return .zero }
      guard pads.count == 4, pads.allSatisfy({ $0 >= 0 }) else { throw node.unsupported("with pads \(pads)") }
      return Padding(top: pads[0], left: pads[1], bottom: pads[2], right: pads[3])
    case "VALID": return .zero
    case "SAME_UPPER", "SAME_LOWER":
      // The output has ⌈input / stride⌉ pixels; the odd pixel goes to the end (UPPER) or the beginning (LOWER).
      func split(_ extent: Int, _ kernel: Int, _ stride: Int, _ dilation: Int) -> (before: Int, after: Int) {
        let total = max(0, ((extent + stride - 1) / stride - 1) * stride + (kernel - 1) * dilation + 1 - extent)
        let less = total / 2
        return mode == "SAME_UPPER" ? (less, total - less) : (total - less, less)
      }
      let rows = split(shape[1], kernel.vertical, stride.vertical, dilation.vertical)
      let columns = split(shape[2], kernel.horizontal, stride.horizontal, dilation.horizontal)
      return Padding(top: rows.before, left: columns.before, bottom: rows.after, right: columns.after)
    default: throw node.unsupported("with auto_pad \(mode)")
    }
  }
}

extension Padding {
  static func + (a: Padding, b: Padding) -> Padding {
    Padding(top: a.top + b.top, left: a.left + b.left, bottom: a.bottom + b.bottom, right: a.right + b.right)
  }
}
