/// Why the network gave one target its value, for one image.
public struct Explanation: Sendable {
  public let scores: Scores
  public let explained: Target
  /// f(z) of the target: the logit, η_c, the probability …; of a translation average the mean of its copies'.
  public let value: Double
  /// Relevance the backward pass started from, summed: the value, but for log-odds (η_c + H(p)), `one` and `relevance`.
  /// Nil for a baseline, which propagates none.
  public let start: Double?
  /// `[C, H, W]`: every input number's share.
  public let relevance: Tensor
  /// Relevance and activation at the output of the layers that were asked for, each of the layer's shape.
  public let layers: [String: Tensor]
  public let activations: [String: Tensor]
  /// Conservation, layer by layer, of the batch; `entry` is this explanation's place in it.
  public let ledger: Ledger?
  public let entry: Int
  /// Of the whole batch.
  public let forwardSeconds: Double
  public let backwardSeconds: Double
  /// What a translation average was made of; its scores are those of the image itself. Nil for one plain explanation.
  public let translation: TranslationRecord?

  /// The class that is explained; the first of a difference; the top class where no class is.
  public var target: Int { explained.explainedClass(among: scores) }

  public var score: Float { scores.logits[target] }
}
