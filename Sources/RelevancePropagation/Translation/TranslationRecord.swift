/// What a translation average was made of, for one target of one image.
public struct TranslationRecord: Sendable {
  /// What the network said of one moved copy.
  public struct Copy: Sendable {
    public let shift: Shift
    /// f(z) of the target, and score and probability of the explanation's class.
    public let value: Double
    public let score: Float
    public let probability: Double
    public let topClass: Int
    public let topProbability: Double
    /// The copy's relevance at its input, summed; some of it may lie on its border.
    public let relevance: Double
  }

  /// In the order of the shifts.
  public let copies: [Copy]
  /// "grid 5 x 5, step 1".
  public let shifts: String
  public let border: TranslationBorder.Name
  public let divisor: TranslationDivisor
  /// Shifts that cover the pixel that fewest cover, and that which most do.
  public let coverage: ClosedRange<Int>
  /// Mean over the shifts of the relevance that lay outside the image when it was moved back, and is in no map.
  public let outside: Double
  /// `[H, W]`: over the shifts, the variance of each pixel's relevance (channels summed), divided as the mean is; where it was
  /// asked for.
  public let variance: Tensor?
}
