/// Where a copy of an image is moved: `dy` rows down and `dx` columns to the right, in pixels of the network's input.
///
/// The copy is y[i, j] = x[i − dy, j − dx]; a heatmap R of it is moved back by R[i + dy, j + dx].
public struct Shift: Sendable, Hashable, Codable, CustomStringConvertible {
  public let dy: Int
  public let dx: Int

  public init(_ dy: Int, _ dx: Int) {
    self.dy = dy
    self.dx = dx
  }

  /// The image itself.
  public static let none = Shift(0, 0)

  public var description: String { "(\(dy), \(dx))" }
}
