import Foundation
import OMEZarr
import RelevancePropagation

/// A map with structure, of any size, every pixel computable by itself: rings of positive relevance, negative stripes between
/// them, grain, and a corner that no window covers.
public struct GeneratedMap: Sendable {
  public let width: Int
  public let height: Int
  public let seed: UInt64

  public init(width: Int, height: Int, seed: UInt64 = 1) {
    self.width = width
    self.height = height
    self.seed = seed
  }

  /// Pixels of the lower right corner, a third of the width and height, belong to no window.
  public func isCovered(_ x: Int, _ y: Int) -> Bool { x < width - width / 3 || y < height - height / 3 }

  public func relevance(_ x: Int, _ y: Int) -> Float {
    guard isCovered(x, y) else { return 0 }
    // A thing every 700 pixels.
    let (dx, dy) = (Float(x % 700) - 350, Float(y % 700) - 350)
    let distance = (dx * dx + dy * dy).squareRoot()
    let ring = max(0, 1 - abs(distance - 180) / 40)
    let stripe: Float = distance > 260 && (x + y) % 96 < 24 ? -0.3 : 0
    var random = SplitMix64(seed: seed ^ UInt64(y) << 32 ^ UInt64(x))
    let grain = Float(Int64(random.next() >> 40) - 1 << 23) / Float(1 << 23)
    return (ring + stripe) * (1 + 0.5 * grain) + 0.01 * grain
  }

  public func coverage(_ x: Int, _ y: Int) -> Float { isCovered(x, y) ? Float(1 + (x / 48 + y / 48) % 4) : 0 }

  /// Values of a rectangle, row by row.
  public func values(_ plane: MapPlane, x: Int, y: Int, width: Int, height: Int) -> [Float] {
    var values: [Float] = []
    values.reserveCapacity(width * height)
    for line in y..<y + height {
      for column in x..<x + width {
        values.append(plane == .relevance ? relevance(column, line) : coverage(column, line))
      }
    }
    return values
  }

  /// Writes the map as a scan would, strip by strip.
  public func store(
    at path: String, provenance: [String: JSONValue] = [:], isFinished: Bool = true
  ) throws -> Store {
    let store = try Store.create(at: path, width: width, height: height, provenance: Provenance(provenance))
    for y in stride(from: 0, to: height, by: Store.chunkSide) {
      let rows = min(Store.chunkSide, height - y)
      try store.write(
        relevance: values(.relevance, x: 0, y: y, width: width, height: rows),
        coverage: values(.coverage, x: 0, y: y, width: width, height: rows), x: 0, y: y, width: width, height: rows)
    }
    return isFinished ? try store.finish() : store
  }
}
