package import Compute

/// A batch of explanations whose relevance is still on the device, where kernels average, place or judge it.
///
/// Entries are the targets of image 0, then those of image 1, …. Valid until the explainer's next pass.
package struct ExplainedBatch {
  package let scores: [Scores]
  package let targets: [[Target]]
  /// f(z) of every entry's target.
  package let values: [Double]
  /// Relevance that every entry started from, summed.
  package let starts: [Double]
  package let ledger: Ledger?
  /// At the input, channels last `[N · targets, H, W, C]`; nil where the rules let none reach it: all is 0.
  package let relevance: Buffer<Float>?
  package let forwardSeconds: Double
  package let backwardSeconds: Double
}
