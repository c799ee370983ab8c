/// The extents of a dense array, slowest first: `[C, H, W]` for the activations of one image,
/// `[K, C, R, S]` for a filter bank, `[F]` for a vector.
public struct Shape: Sendable, Hashable, ExpressibleByArrayLiteral, CustomStringConvertible {
  public let extents: [Int]

  public init(_ extents: [Int]) { self.extents = extents }
  public init(arrayLiteral elements: Int...) { self.extents = elements }

  public var rank: Int { extents.count }
  /// Number of scalars; 1 for the empty shape.
  public var count: Int { extents.reduce(1, *) }
  public subscript(axis: Int) -> Int { extents[axis] }
  public var description: String { "[" + extents.map(String.init).joined(separator: ", ") + "]" }

  /// The number of scalars, or nil where the product does not fit into an `Int` or an extent is negative:
  /// for extents that come from a file.
  public static func checkedCount(_ extents: [Int]) -> Int? {
    var count = 1
    for extent in extents {
      guard extent >= 0 else { return nil }
      let (product, overflow) = count.multipliedReportingOverflow(by: extent)
      guard !overflow else { return nil }
      count = product
    }
    return count
  }
}
