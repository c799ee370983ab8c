/// Where a pooling layer looks: windows of `kernel` pixels every `stride` pixels over the padded image.
public struct PoolingWindow: Sendable, Hashable {
  public var kernel: Extent
  public var stride: Extent
  public var padding: Padding
  public var dilation: Extent
  /// Round the output extent up: a last, ragged window is kept if it begins inside the image or its left padding.
  public var ceilMode: Bool

  public init(
    kernel: Extent, stride: Extent? = nil, padding: Padding = .zero, dilation: Extent = Extent(1),
    ceilMode: Bool = false
  ) {
    self.kernel = kernel
    self.stride = stride ?? kernel
    self.padding = padding
    self.dilation = dilation
    self.ceilMode = ceilMode
  }

  func outputShape(for input: Shape) throws -> Shape {
    let (channels, height, width) = try requireImage(input)
    guard kernel.vertical > 0, kernel.horizontal > 0, stride.vertical > 0, stride.horizontal > 0,
      dilation.vertical > 0, dilation.horizontal > 0
    else { throw LayerError("window \(kernel), stride \(stride), dilation \(dilation): not positive") }
    // Padding below the window's span keeps every window on the image: no mean or maximum of nothing.
    let span = Extent(dilation.vertical * (kernel.vertical - 1) + 1, dilation.horizontal * (kernel.horizontal - 1) + 1)
    guard [padding.top, padding.left, padding.bottom, padding.right].allSatisfy({ $0 >= 0 }),
      max(padding.top, padding.bottom) < span.vertical, max(padding.left, padding.right) < span.horizontal
    else { throw LayerError("padding \(padding) reaches beyond the window of \(span)") }
    let rows = Self.extent(height, padding.top, padding.bottom, span.vertical, stride.vertical, ceilMode)
    let columns = Self.extent(width, padding.left, padding.right, span.horizontal, stride.horizontal, ceilMode)
    // A dilated window may step over a small image.
    guard Self.seesPixels(rows, height, padding.top, kernel.vertical, stride.vertical, dilation.vertical),
      Self.seesPixels(columns, width, padding.left, kernel.horizontal, stride.horizontal, dilation.horizontal)
    else {
      throw LayerError("a window of dilation \(dilation) sees no pixel of \(input)", remedy: "use a larger input image")
    }
    return [channels, rows, columns]
  }

  private static func seesPixels(
    _ windows: Int, _ input: Int, _ before: Int, _ kernel: Int, _ stride: Int, _ dilation: Int
  ) -> Bool {
    dilation == 1
      || (0..<windows).allSatisfy { window in
        (0..<kernel).contains { (0..<input).contains(window * stride - before + $0 * dilation) }
      }
  }

  private static func extent(_ input: Int, _ before: Int, _ after: Int, _ span: Int, _ stride: Int, _ ceil: Bool)
    -> Int
  {
    let free = input + before + after - span
    guard free >= 0 else { return 0 }
    guard ceil else { return free / stride + 1 }
    let count = (free + stride - 1) / stride + 1
    return (count - 1) * stride >= input + before ? count - 1 : count
  }
}
