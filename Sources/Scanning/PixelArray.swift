import RelevancePropagation

/// An image in memory: for samples and tests.
public struct PixelArray: PixelSource {
  public let extent: Extent
  public let samples: PixelBlock.Samples
  private let channels: Int

  /// - Parameter samples: of all pixels, `[height, width, 3]` bytes or `[C, height, width]` numbers.
  public init(_ extent: Extent, _ samples: PixelBlock.Samples) {
    let area = extent.vertical * extent.horizontal
    switch samples {
    case .bytes(let pixels):
      channels = 3
      precondition(pixels.count == 3 * area, "\(pixels.count) bytes for \(extent) pixels")
    case .planes(let numbers):
      channels = area == 0 ? 0 : numbers.count / area
      precondition(numbers.count == channels * area, "\(numbers.count) numbers for \(extent) pixels")
    }
    (self.extent, self.samples) = (extent, samples)
  }

  /// - Precondition: the rectangle lies in the image.
  public func read(_ rectangle: PixelRectangle) -> PixelBlock {
    let width = extent.horizontal
    switch samples {
    case .bytes(let pixels):
      return PixelBlock(
        .bytes(
          rectangle.rows.flatMap { y in
            pixels[3 * (y * width + rectangle.x)..<3 * (y * width + rectangle.columns.upperBound)]
          }))
    case .planes(let numbers):
      return PixelBlock(
        .planes(
          (0..<channels).flatMap { channel in
            rectangle.rows.flatMap { y in
              let row = (channel * extent.vertical + y) * width
              return numbers[row + rectangle.x..<row + rectangle.columns.upperBound]
            }
          }))
    }
  }
}
