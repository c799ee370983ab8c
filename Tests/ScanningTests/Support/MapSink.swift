import RelevancePropagation
import Synchronization

@testable import Scanning

/// Strips put together to a map in memory; notes their order.
final class MapSink: StripSink {
  struct Map {
    let extent: Extent
    /// `[planes + 1, height, width]`; NaN where no strip was written.
    var planes: [Float]
    var strips: [StripPlace] = []
    var windows: [WindowRecord] = []
  }

  private let state: Mutex<Map>
  /// Called before a strip is taken.
  private let before: @Sendable (StripPlace) throws -> Void

  init(_ extent: Extent, planes: Int = 1, before: @escaping @Sendable (StripPlace) throws -> Void = { _ in }) {
    self.before = before
    let numbers = [Float](repeating: .nan, count: (planes + 1) * extent.vertical * extent.horizontal)
    state = Mutex(Map(extent: extent, planes: numbers))
  }

  var map: Map { state.withLock { $0 } }

  func write(_ strip: ScannedStrip) throws {
    try before(strip.place)
    state.withLock { map in
      let (height, width) = (map.extent.vertical, map.extent.horizontal)
      let rectangle = strip.place.rectangle
      precondition(strip.planes.count == (strip.relevancePlanes + 1) * rectangle.width * rectangle.height)
      for plane in 0...strip.relevancePlanes {
        for (row, y) in rectangle.rows.enumerated() {
          let source = (plane * rectangle.height + row) * rectangle.width
          let target = (plane * height + y) * width + rectangle.x
          map.planes.replaceSubrange(
            target..<target + rectangle.width, with: strip.planes[source..<source + rectangle.width])
        }
      }
      map.strips.append(strip.place)
      map.windows += strip.windows
    }
  }
}

extension MapSink.Map {
  var area: Int { extent.vertical * extent.horizontal }
  /// Bits, so that NaN and −0 count.
  var bits: [UInt32] { planes.map(\.bitPattern) }
  var relevance: [Float] { Array(planes[..<(planes.count - area)]) }
  var coverage: [Float] { Array(planes[(planes.count - area)...]) }
  /// Row by row, as one process has them.
  var sortedWindows: [WindowRecord] { windows.sorted { ($0.y, $0.x) < ($1.y, $1.x) } }
}
