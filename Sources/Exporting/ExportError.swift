/// A map that cannot be exported: which, why, and what to do.
public struct ExportError: Error, Equatable, CustomStringConvertible {
  public let description: String
  init(_ description: String) { self.description = description }
}
