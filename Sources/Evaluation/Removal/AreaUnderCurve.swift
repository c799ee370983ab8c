/// Area under the curve of f over the share of steps taken, by trapezoids: low is good where the most relevant go first.
///
///     AUC = 1/K · Σ_{k=1…K} (f(x_{k−1}) + f(x_k)) / 2
///
/// Trap: Quantus' curve begins after the first step and its area is not divided by K.
public enum AreaUnderCurve {
  /// - Precondition: at least one step.
  public static func value(_ f: [Double]) -> Double {
    precondition(f.count > 1, "a curve of \(f.count) points")
    return zip(f, f.dropFirst()).reduce(0) { $0 + ($1.0 + $1.1) / 2 } / Double(f.count - 1)
  }
}
