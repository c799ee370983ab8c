/// What becomes of windows all of whose pixels have one colour. Only images of 8 bits have them.
public enum ConstantWindows: String, Sendable, Hashable, CaseIterable {
  /// They are explained like all others.
  case compute
  /// One of each colour is explained; the others get its relevance, which is theirs bit for bit.
  case once
  /// They are left out: no relevance, no coverage.
  case skip
}
