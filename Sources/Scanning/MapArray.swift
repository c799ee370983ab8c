import RelevancePropagation
import Synchronization

/// A map in memory: for regions that fit, samples and tests.
public final class MapArray: StripSink {
  /// What has been written so far.
  public struct Contents: Sendable {
    /// The map's size.
    public let extent: Extent
    /// `[relevancePlanes + 1, height, width]`, the coverage last; NaN where no strip was written.
    public fileprivate(set) var planes: [Float]
    /// In the order they were written.
    public fileprivate(set) var strips: [StripPlace] = []
    /// In the order of the strips.
    public fileprivate(set) var windows: [WindowRecord] = []

    private var area: Int { extent.vertical * extent.horizontal }

    /// `[relevancePlanes, height, width]`.
    public var relevance: [Float] { Array(planes.dropLast(area)) }
    /// `[height, width]`.
    public var coverage: [Float] { Array(planes.suffix(area)) }
  }

  private let state: Mutex<Contents>

  /// - Parameter relevancePlanes: 1, or the colour channels where they are kept (`ScanSettings.keepsChannels`).
  public init(_ extent: Extent, relevancePlanes: Int = 1) {
    let numbers = [Float](repeating: .nan, count: (relevancePlanes + 1) * extent.vertical * extent.horizontal)
    state = Mutex(Contents(extent: extent, planes: numbers))
  }

  public var contents: Contents { state.withLock { $0 } }

  public func write(_ strip: ScannedStrip) {
    state.withLock { map in
      let (height, width) = (map.extent.vertical, map.extent.horizontal)
      let rectangle = strip.place.rectangle
      precondition(
        map.planes.count == (strip.relevancePlanes + 1) * height * width, "a strip of \(strip.relevancePlanes) planes")
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
