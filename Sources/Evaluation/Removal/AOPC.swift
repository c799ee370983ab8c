/// Area over the perturbation curve of one image: how far f falls on average.
///
///     AOPC = 1/(K + 1) · Σ_{k=0…K} (f(x_0) − f(x_k))
///
/// High is good where the most relevant units go first, low where the least relevant do.
/// Source: Samek et al. 2017 (there the mean over images of this). Traps: the term k = 0 is 0 and counts in the divisor; some
/// peers return f(x_k) or leave the mean over k to the caller (Quantus' RegionPerturbation).
public enum AOPC {
  /// - Precondition: at least one step.
  public static func value(_ f: [Double]) -> Double {
    precondition(f.count > 1, "a curve of \(f.count) points")
    return f.reduce(0) { $0 + (f[0] - $1) } / Double(f.count)
  }
}
