/// What keeps an explanation from being scored: what was expected, what was found, what to do.
public struct EvaluationError: Error, Equatable, CustomStringConvertible {
  public let description: String
  public init(_ description: String) { self.description = description }
}
