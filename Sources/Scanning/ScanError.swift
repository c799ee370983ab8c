/// What a scan cannot do: what was asked, what there is, what to do.
public struct ScanError: Error, Equatable, CustomStringConvertible {
  public let description: String
  init(_ description: String) { self.description = description }
}
