/// 1 where the most relevant pixel lies on the thing, else 0; its mean over images is the pointing game's accuracy.
///
///     exact       any pixel of largest R is inside the mask
///     tolerance t a pixel of the mask lies within t pixels (‖·‖₂) of one of largest R
///
/// Source: Zhang et al. 2016. Traps: Quantus knows no tolerance; TorchRay allows 15 pixels and takes the mean of the
/// classes' accuracies. The command here tells the mean over images.
public struct PointingGame: LocalisationScore {
  /// TorchRay's, in pixels.
  public static let torchRayTolerance = 15.0

  /// In pixels; 0 is the exact game.
  public let tolerance: Double

  /// - Precondition: `tolerance` ≥ 0.
  public init(tolerance: Double = 0) {
    precondition(tolerance >= 0, "tolerance \(tolerance)")
    self.tolerance = tolerance
  }

  public var name: String {
    "pointing game"
      + (tolerance == 0 ? "" : " within \(tolerance == tolerance.rounded() ? "\(Int(tolerance))" : "\(tolerance)") px")
  }
  public var better: Better? { .higher }

  public func value(of map: RelevanceMap, in mask: RelevanceMask) throws -> Double {
    try mask.requireFit(map)
    let largest = map.values.max()!
    let isHit = map.values.indices.contains { map.values[$0] == largest && isNear($0, mask) }
    return isHit ? 1 : 0
  }

  private func isNear(_ pixel: Int, _ mask: RelevanceMask) -> Bool {
    let (row, column) = (pixel / mask.width, pixel % mask.width)
    let reach = Int(tolerance)
    return (max(row - reach, 0)...min(row + reach, mask.height - 1)).contains { y in
      (max(column - reach, 0)...min(column + reach, mask.width - 1)).contains { x in
        let distance = Double((y - row) * (y - row) + (x - column) * (x - column))
        return mask.inside[y * mask.width + x] && distance <= tolerance * tolerance
      }
    }
  }
}
