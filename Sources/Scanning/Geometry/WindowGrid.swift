import RelevancePropagation

/// The windows of g(X) = Σ_s f(X[s]): where the network looks at an image larger than its input.
///
/// Windows lie on a grid of `stride` pixels from the region's upper left corner, in row-major order. The region is the
/// image X: nothing outside it is read, and its map has its size. Source: Montavon et al. 2017, "Sliding window explanations
/// for large images". All positions are pixels of the region; `region` itself is in pixels of the image.
public struct WindowGrid: Sendable, Hashable {
  /// What becomes of the rest that the stride leaves at the right and bottom border.
  public enum Edges: String, Sendable, Hashable, CaseIterable {
    /// It is not covered.
    case drop
    /// One more window lies flush with the border; it overlaps its neighbour more.
    case flush
    /// Windows go on beyond the border, where the image is continued by black; what falls there is discarded.
    case pad
  }

  public let region: PixelRectangle
  public let window: Extent
  public let stride: Extent
  public let edges: Edges
  public let rows: WindowAxis
  public let columns: WindowAxis

  /// - Parameters:
  ///   - image: size of the image.
  ///   - region: the part that is explained; nil is all of it.
  ///   - window: the network's input size.
  /// - Throws: `WindowGridError`: a stride of 0 or beyond the window, a region outside the image, an image smaller than a
  ///   window that may not be padded.
  public init(image: Extent, region: PixelRectangle? = nil, window: Extent, stride: Extent, edges: Edges) throws {
    precondition(window.vertical > 0 && window.horizontal > 0, "window \(window)")
    guard image.vertical > 0, image.horizontal > 0 else {
      throw WindowGridError("expected an image with pixels, found \(image.horizontal) × \(image.vertical)")
    }
    let region = region ?? PixelRectangle(x: 0, y: 0, width: image.horizontal, height: image.vertical)
    try Self.check(region, in: image)
    try Self.check(stride, window)
    if edges != .pad, region.height < window.vertical || region.width < window.horizontal {
      throw WindowGridError(
        "the image or region has \(region.width) × \(region.height) pixels, less than a window of "
          + "\(window.horizontal) × \(window.vertical); use the edges pad, or explain it whole")
    }
    (self.region, self.window, self.stride, self.edges) = (region, window, stride, edges)
    rows = WindowAxis(extent: region.height, window: window.vertical, stride: stride.vertical, edges: edges)
    columns = WindowAxis(extent: region.width, window: window.horizontal, stride: stride.horizontal, edges: edges)
  }

  private static func check(_ region: PixelRectangle, in image: Extent) throws {
    guard region.width > 0, region.height > 0 else {
      throw WindowGridError("region \(region): expected a width and a height above 0 in x,y,w,h")
    }
    // Differences, so that no sum overflows.
    guard region.x >= 0, region.y >= 0, region.x < image.horizontal, region.y < image.vertical,
      region.width <= image.horizontal - region.x, region.height <= image.vertical - region.y
    else {
      throw WindowGridError(
        "region \(region) (x,y,w,h) lies partly or wholly outside the image of \(image.horizontal) × "
          + "\(image.vertical) pixels; give x and y from 0, and x + w, y + h within it (of the level that is read)")
    }
  }

  private static func check(_ stride: Extent, _ window: Extent) throws {
    for (axis, stride, window) in [
      ("vertical", stride.vertical, window.vertical), ("horizontal", stride.horizontal, window.horizontal),
    ] {
      guard stride > 0 else {
        throw WindowGridError("\(axis) stride \(stride): expected 1 to the window's \(window) pixels")
      }
      guard stride <= window else {
        throw WindowGridError(
          "\(axis) stride \(stride) is larger than the window of \(window) pixels: the pixels between windows would be "
            + "missed; expected 1 to \(window)")
      }
    }
  }

  /// The map's size, which is the region's.
  public var extent: Extent { Extent(region.height, region.width) }

  public var count: Int { rows.count * columns.count }

  /// How many windows contain a pixel, where none is left out.
  public func coverage(y: Int, x: Int) -> Int { rows.coverage(of: y) * columns.coverage(of: x) }

  /// Rows and columns of the grid whose windows share a pixel with `rectangle`.
  public func windows(touching rectangle: PixelRectangle) -> (rows: Range<Int>, columns: Range<Int>) {
    (rows.indices(touching: rectangle.rows), columns.indices(touching: rectangle.columns))
  }

  /// The upper left corners (y, x) of all windows, row by row.
  public var offsets: [(y: Int, x: Int)] {
    (0..<rows.count).flatMap { row in
      (0..<columns.count).map { (rows.offset(row), columns.offset($0)) }
    }
  }
}

/// Windows that cannot be laid on an image: what was asked, what there is, what to do.
public struct WindowGridError: Error, Equatable, CustomStringConvertible {
  public let description: String
  init(_ description: String) { self.description = description }
}
