/// An array or a store that cannot be read: where, what was expected, what was found, what to do.
public struct ZarrError: Error, Equatable, CustomStringConvertible {
  public let path: String
  public let problem: String

  public init(path: String, _ problem: String) {
    self.path = path
    self.problem = problem
  }

  public var description: String { "\(path): \(problem)" }
}
