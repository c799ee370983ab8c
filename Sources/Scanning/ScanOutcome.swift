public import RelevancePropagation

/// What a scan did.
public struct ScanOutcome: Sendable {
  /// Whether all strips are made, not stopped before.
  public let isComplete: Bool
  /// Strips made now, and what their windows sum to.
  public let strips: [StripPlace]
  public let totals: ScanTotals
  /// Parts of the map that could not be read.
  public let unreadable: [PixelRectangle]
  public let progress: ScanProgress
}
