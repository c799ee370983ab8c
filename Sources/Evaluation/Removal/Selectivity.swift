/// Selectivity of an explanation: the area under f while patch after patch is replaced by black until none is left, the most
/// relevant first. Low is good: an explanation is selective if f falls at once.
///
/// Source: Montavon et al. 2018, "Explanation selectivity" (4 × 4 patches of MNIST digits). Trap: the name stands for the
/// curve in the source and for the removal in Quantus; here it is the area, `AreaUnderCurve` over all patches.
public enum Selectivity {
  /// - Parameter edge: of a patch, in pixels.
  public static func removal(edge: Int) -> Removal { Removal(.patch(edge: edge), .mostRelevantFirst, .low) }

  public static func value(_ curve: RemovalCurve) -> Double { AreaUnderCurve.value(curve.logits) }
}
