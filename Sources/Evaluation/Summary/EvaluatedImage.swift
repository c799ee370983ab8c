import RelevancePropagation

/// An image on which methods are judged.
public struct EvaluatedImage: Sendable {
  /// `[C, H, W]`, as the network reads it.
  public let tensor: Tensor
  /// The image's own number, from which its random orders, noise and random map come.
  public let key: UInt64
  /// The class that is explained.
  public let target: Int
  /// Where relevance is expected, of the network's input size.
  public let mask: RelevanceMask?
  /// Another image and its class, whose map should not do for this one.
  public let other: Other?

  public struct Other: Sendable {
    public let tensor: Tensor
    public let target: Int
    public init(_ tensor: Tensor, target: Int) { (self.tensor, self.target) = (tensor, target) }
  }

  public init(_ tensor: Tensor, key: UInt64, target: Int, mask: RelevanceMask? = nil, other: Other? = nil) {
    (self.tensor, self.key, self.target, self.mask, self.other) = (tensor, key, target, mask, other)
  }
}
