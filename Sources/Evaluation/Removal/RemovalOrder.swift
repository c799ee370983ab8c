/// In which order units are removed.
public enum RemovalOrder: Sendable, Hashable, Codable {
  case mostRelevantFirst
  case leastRelevantFirst
  /// The same for every map: what any order would do.
  case random(seed: UInt64)

  /// The first `count` units to remove.
  ///
  /// - Parameter key: the image's own number, so that every image has an order of its own.
  func sequence(of map: RelevanceMap, unit: RemovalUnit, count: Int, key: UInt64) -> [Int32] {
    let order =
      switch self {
      case .mostRelevantFirst: unit.ranked(map, descending: true)
      case .leastRelevantFirst: unit.ranked(map, descending: false)
      case .random(let seed): Ranking.random(unit.count(height: map.height, width: map.width), seed: seed ^ key)
      }
    return Array(order.prefix(count))
  }

  /// What tables call it.
  public var name: String {
    switch self {
    case .mostRelevantFirst: "most relevant first"
    case .leastRelevantFirst: "least relevant first"
    case .random: "random"
    }
  }
}
