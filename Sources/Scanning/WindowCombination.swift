/// What a pixel gets of the windows that contain it.
public enum WindowCombination: String, Sendable, Hashable, CaseIterable {
  /// The sum of their relevance: the map's sum is Σ f up to what the rules absorb.
  case sum
  /// The mean: comparable between the border and the middle, and no longer conserving. 0 where no window was explained.
  case mean
}
