/// The experiment of the practical work on MNIST: the ten pixels of lowest relevance are negated at once, or the ten of
/// highest, and the change of the target's probability is told.
///
///     Δ = p(x with the ten pixels replaced by −x) − p(x)
///
/// Negating what speaks against the class should raise p, negating what speaks for it should lower it. Of many images the
/// work tells the share that improved or worsened, mean, deviation, and extremes.
public struct TenPixelExperiment: Sendable, Hashable {
  public enum End: String, Sendable, CaseIterable { case lowest, highest }
  public static let pixels = 10

  public let end: End
  public init(_ end: End) { self.end = end }

  public var removal: Removal {
    Removal(
      .pixel, end == .highest ? .mostRelevantFirst : .leastRelevantFirst, .negation, steps: 1, unitsPerStep: Self.pixels
    )
  }

  public var better: Better { end == .lowest ? .higher : .lower }

  /// Δ of one image.
  public func change(_ curve: RemovalCurve) -> Double { curve.probabilities[1] - curve.probabilities[0] }

  /// What the work tells of many images.
  public struct Summary: Sendable, Equatable {
    /// Shares of the images whose probability rose, and fell.
    public let improved: Double
    public let worsened: Double
    public let mean: Double
    /// Standard deviation over the images (divided by their number).
    public let deviation: Double
    public let smallest: Double
    public let largest: Double

    /// - Precondition: at least one change.
    public init(_ changes: [Double]) {
      precondition(!changes.isEmpty, "no image")
      let n = Double(changes.count)
      let mean = changes.reduce(0, +) / n
      self.mean = mean
      improved = Double(changes.count { $0 > 0 }) / n
      worsened = Double(changes.count { $0 < 0 }) / n
      deviation = (changes.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / n).squareRoot()
      (smallest, largest) = (changes.min()!, changes.max()!)
    }
  }
}
