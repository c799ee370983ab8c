/// What is removed at once: a pixel with all its channels, or a square patch of them.
///
/// Patches lie side by side from the upper left corner; those at the right and lower edge are cut off by it. A unit's
/// relevance is the sum of its pixels' in Double. Trap: Quantus' PixelFlipping spreads a pixel's relevance over its channels
/// and removes numbers of single channels, in an order that ties leave open.
public enum RemovalUnit: Sendable, Hashable, Codable {
  case pixel
  case patch(edge: Int)

  /// Edge of a unit in pixels.
  public var edge: Int {
    switch self {
    case .pixel: 1
    case .patch(let edge): edge
    }
  }

  /// Units along a side of `extent` pixels.
  func count(along extent: Int) -> Int { (extent + edge - 1) / edge }

  /// Units of an image.
  public func count(height: Int, width: Int) -> Int { count(along: height) * count(along: width) }

  /// The unit of every pixel, row by row.
  func unitsOfPixels(height: Int, width: Int) -> [Int32] {
    let across = count(along: width)
    return (0..<height * width).map { Int32($0 / width / edge * across + $0 % width / edge) }
  }

  /// All units from the most relevant to the least, or the other way round; of equal ones the lower index first.
  func ranked(_ map: RelevanceMap, descending: Bool) -> [Int32] {
    guard edge > 1 else { return descending ? Ranking.descending(map.values) : Ranking.ascending(map.values) }
    var sums = [Double](repeating: 0, count: count(height: map.height, width: map.width))
    for (unit, value) in zip(unitsOfPixels(height: map.height, width: map.width), map.values) {
      sums[Int(unit)] += Double(value)
    }
    return descending ? Ranking.descending(sums) : Ranking.ascending(sums)
  }
}
