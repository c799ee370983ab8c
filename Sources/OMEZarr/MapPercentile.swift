import Foundation
import Pipelines
import Synchronization

/// A percentile of |R| over the covered pixels of a map of any size, exact, in two passes of counting.
///
/// The bits of a non-negative float ascend with its value. The first pass counts the upper 16 of the 31 bits, which tells in
/// which of 2¹⁶ drawers the wanted ranks lie; the second counts the lower 15 bits within those. Counts have no order, so
/// the result has none.
public enum MapPercentile {
  private static let lowBits: UInt32 = 15

  /// The value at position p / 100 · (n − 1) of the sorted |R|, between two values linearly.
  /// - Parameters:
  ///   - percent: 0 … 100.
  ///   - array: `[2, H, W]`: relevance, coverage.
  /// - Returns: 0 for a map without a covered pixel.
  /// - Throws: `ZarrError` where a chunk is damaged.
  public static func value(_ percent: Double, of array: ZarrArray) throws -> Double {
    precondition((0...100).contains(percent), "percentile \(percent)")
    let high = try counts(array, size: 1 << 16) { Int($0 >> lowBits) }
    let count = high.reduce(0, +)
    guard count > 0 else { return 0 }
    let position = percent / 100 * Double(count - 1)
    let below = Int(position)
    let ranks = [below, min(below + 1, count - 1)]
    var low: [Int: [Int]] = [:]
    let values = try ranks.map { rank in
      let (drawer, before) = place(of: rank, in: high)
      let inside =
        try low[drawer]
        ?? counts(array, size: 1 << lowBits) {
          Int($0 >> lowBits) == drawer ? Int($0 & (1 << lowBits - 1)) : nil
        }
      low[drawer] = inside
      let bits = UInt32(drawer) << lowBits | UInt32(place(of: rank - before, in: inside).index)
      return Double(Float(bitPattern: bits))
    }
    return values[0] + (values[1] - values[0]) * (position - Double(below))
  }

  /// Where in a row of counted things the one of that rank is, and how many lie before its place.
  private static func place(of rank: Int, in counts: [Int]) -> (index: Int, before: Int) {
    var before = 0
    for (index, count) in counts.enumerated() {
      if rank < before + count { return (index, before) }
      before += count
    }
    preconditionFailure("rank \(rank) of \(before)")
  }

  /// How many covered pixels `key` sends to each of `size` places, by the bits of |R|.
  private static func counts(
    _ array: ZarrArray, size: Int, key: @Sendable (UInt32) -> Int?
  ) throws -> [Int] {
    let total = Mutex([Int](repeating: 0, count: size))
    let columns = array.chunkColumns
    try concurrently(array.chunkRows * columns) { index in
      let (row, column) = (index / columns, index % columns)
      let relevance = try array.chunk(plane: MapPlane.relevance.rawValue, row: row, column: column)
      let coverage = try array.chunk(plane: MapPlane.coverage.rawValue, row: row, column: column)
      if relevance == nil && coverage == nil { return }
      var counts = [Int](repeating: 0, count: size)
      for pixel in 0..<array.chunkCount {
        let bits = (relevance?[pixel] ?? 0).magnitude.bitPattern
        guard bits != 0 || (coverage?[pixel] ?? 0) > 0, let place = key(bits) else { continue }
        counts[place] += 1
      }
      total.withLock { total in for place in 0..<size { total[place] += counts[place] } }
    }
    return total.withLock { $0 }
  }
}
