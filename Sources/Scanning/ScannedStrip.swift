import Pipelines
public import RelevancePropagation

/// A finished strip of the map: one row of chunks.
public struct ScannedStrip: Sendable, Weighted {
  public let place: StripPlace
  /// Planes of relevance: 1, the sum over the colour channels, or one a channel.
  public let relevancePlanes: Int
  /// `[relevancePlanes + 1, rows, columns]`: relevance, then coverage, the number of windows explained that contain the pixel.
  public let planes: [Float]
  /// The windows whose upper left corner lies in the strip, row by row.
  public let windows: [WindowRecord]
  /// What could not be read, in pixels of the map; parts also of the rows that windows of the strip hang over.
  public let unreadable: [PixelRectangle]

  public var bytes: Int { planes.count * MemoryLayout<Float>.stride }
}
