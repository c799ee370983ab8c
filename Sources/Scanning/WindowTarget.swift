/// What is explained in every window.
public enum WindowTarget: Sendable, Hashable {
  case fixed(Int)
  /// Each window's highest score.
  case top
}
