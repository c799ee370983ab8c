/// A translation average that cannot be made: where, what was found, what to do.
public struct TranslationError: Error, Equatable, CustomStringConvertible {
  public let description: String
  init(_ description: String) { self.description = description }
}
