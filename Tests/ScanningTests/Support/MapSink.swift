import RelevancePropagation

@testable import Scanning

/// A map in memory whose strips may be refused.
final class MapSink: StripSink {
  private let array: MapArray
  /// Called before a strip is taken.
  private let before: @Sendable (StripPlace) throws -> Void

  init(_ extent: Extent, planes: Int = 1, before: @escaping @Sendable (StripPlace) throws -> Void = { _ in }) {
    self.before = before
    array = MapArray(extent, relevancePlanes: planes)
  }

  var map: MapArray.Contents { array.contents }

  func write(_ strip: ScannedStrip) throws {
    try before(strip.place)
    array.write(strip)
  }
}

extension MapArray.Contents {
  /// So that NaN and −0 count.
  var bits: [UInt32] { planes.map(\.bitPattern) }
  /// Row by row, as one process has them.
  var sortedWindows: [WindowRecord] { windows.sorted { ($0.y, $0.x) < ($1.y, $1.x) } }
}
