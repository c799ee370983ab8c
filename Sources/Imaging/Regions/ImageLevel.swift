/// One resolution of an image, turned upright.
public struct ImageLevel: Sendable, Hashable {
  /// In pixels.
  public let width: Int
  public let height: Int
  /// Level 0's width over this one's: 1, 2, 4, … in most pyramids.
  public let downsample: Double
  /// Of a pixel; nil where the file does not say.
  public let pixelSize: PixelSize?
}

/// Width and height of a pixel in the world, in micrometres.
public struct PixelSize: Sendable, Hashable {
  public var x: Double
  public var y: Double

  public init(x: Double, y: Double) {
    self.x = x
    self.y = y
  }

  /// Nil unless both are sizes.
  init?(checked x: Double?, _ y: Double?) {
    guard let x, let y, x > 0, y > 0, x.isFinite, y.isFinite else { return nil }
    self.init(x: x, y: y)
  }
}
