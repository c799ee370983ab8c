/// Windows of one length every `stride` pixels along an axis of `extent` pixels; all answers in closed form.
///
/// Offsets are 0, s, 2s … while the window fits. With `flush` one more window ends at the border where the stride leaves a
/// rest; with `pad` windows go on until all pixels are covered and the last reaches beyond the border.
public struct WindowAxis: WindowSpans, Hashable {
  public let extent: Int
  public let window: Int
  public let stride: Int
  public let edges: WindowGrid.Edges
  /// Windows at multiples of the stride; behind them lies at most one that is flush with the border.
  private let regular: Int

  /// - Precondition: all extents are positive, the stride is no longer than the window, and the window fits or `edges` pads.
  init(extent: Int, window: Int, stride: Int, edges: WindowGrid.Edges) {
    precondition(extent > 0 && window > 0 && stride > 0 && stride <= window && (window <= extent || edges == .pad))
    (self.extent, self.window, self.stride, self.edges) = (extent, window, stride, edges)
    let free = max(extent - window, 0)
    regular = edges == .pad ? (free + stride - 1) / stride + 1 : free / stride + 1
  }

  private var hasFlushWindow: Bool { edges == .flush && (extent - window) % stride != 0 }

  public var count: Int { regular + (hasFlushWindow ? 1 : 0) }

  public func offset(_ index: Int) -> Int { index < regular ? index * stride : extent - window }

  public func span(_ index: Int) -> Range<Int> { offset(index)..<offset(index) + window }

  public func indices(touching pixels: Range<Int>) -> Range<Int> {
    // Offsets above a − window and below b, for pixels a ..< b.
    let first = min(max((pixels.lowerBound - window + stride) / stride, 0), regular)
    let end = min(max((pixels.upperBound + stride - 1) / stride, first), regular)
    guard hasFlushWindow, pixels.upperBound > extent - window else { return first..<end }
    return first..<count
  }

  /// How many windows contain a pixel of the map.
  public func coverage(of pixel: Int) -> Int { indices(touching: pixel..<pixel + 1).count }
}
