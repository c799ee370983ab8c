import RelevancePropagation

/// An image whose units are removed.
public struct RemovalImage: Sendable {
  /// `[C, H, W]`, as the network reads it.
  public let tensor: Tensor
  /// The image's own number, from which its random orders and noise come, whatever stands beside it.
  public let key: UInt64
  /// What stands in the place of what is removed, where the replacement is `given`; of the image's shape.
  public let given: Tensor?

  public init(_ tensor: Tensor, key: UInt64 = 0, given: Tensor? = nil) {
    (self.tensor, self.key, self.given) = (tensor, key, given)
  }
}

/// One curve that is asked for: an image, the units to remove in their order, and the class whose score is told.
public struct RemovalEntry: Sendable {
  /// Index of the image in the list beside.
  public let image: Int
  /// As many units as the removal needs, or more.
  public let sequence: [Int32]
  public let target: Int

  public init(image: Int, sequence: [Int32], target: Int) {
    (self.image, self.sequence, self.target) = (image, sequence, target)
  }

  /// The order that a map and a removal give.
  /// - Throws: `EvaluationError` where the image has too few units for the removal's steps.
  public init(image: Int, key: UInt64 = 0, map: RelevanceMap, removal: Removal, target: Int) throws {
    let count = try removal.steps(height: map.height, width: map.width) * removal.unitsPerStep
    self.init(
      image: image, sequence: removal.order.sequence(of: map, unit: removal.unit, count: count, key: key),
      target: target)
  }
}
