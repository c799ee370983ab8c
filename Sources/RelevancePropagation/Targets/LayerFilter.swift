/// Relevance filtering: of the relevance at a layer's output only that of some channels is passed on.
///
///     R_c ← R_c for c among the channels, 0 for all others
///
/// Filters on several layers hold at once: what reaches the input passed through all of them. The ledger counts what
/// each took. Source: Achtibat et al. 2023 (concept relevance propagation): R(x | θ) with conditions θ.
public struct LayerFilter: Sendable, Hashable {
  /// Node whose output is filtered.
  public let layer: String
  public let channels: Set<Int>

  /// - Throws: `UnknownLayer`; `TargetError` where a channel does not exist, or none is given.
  public init(layer: String, channels: Set<Int>, of network: Network) throws {
    let name = try network.layer(named: layer)
    let count = network.shapes[name]![0]
    guard !channels.isEmpty else { throw TargetError("\(layer): a filter without channels lets nothing through") }
    for channel in channels.sorted() where !(0..<count).contains(channel) {
      throw TargetError("\(layer): no channel \(channel); it has 0 to \(count - 1)")
    }
    self.layer = name
    self.channels = channels
  }

  /// 1 for the channels that pass, 0 for the others.
  func mask(count: Int) -> [Float] { (0..<count).map { channels.contains($0) ? 1 : 0 } }
}
