/// An image file that cannot be used: which, what was found in it, what to do.
public struct ImageError: Error, Equatable, CustomStringConvertible {
  public let path: String
  /// What is wrong with it, e.g. "it is empty".
  public let found: String
  public let remedy: String?

  public init(path: String, found: String, remedy: String? = nil) {
    self.path = path
    self.found = found
    self.remedy = remedy
  }

  public var description: String { "\(path): \(found)" + (remedy.map { "; \($0)" } ?? "") }
}
