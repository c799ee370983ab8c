/// Which pixels a thing covers, `[H, W]`: where relevance is expected.
public struct RelevanceMask: Sendable, Equatable {
  /// A rectangle in pixels, origin top left.
  public struct Box: Sendable, Hashable, Codable {
    public var x, y, width, height: Int
    public init(x: Int, y: Int, width: Int, height: Int) {
      (self.x, self.y, self.width, self.height) = (x, y, width, height)
    }
  }

  public let height: Int
  public let width: Int
  /// Row by row.
  public let inside: [Bool]
  /// Pixels inside.
  public let count: Int

  /// - Throws: `EvaluationError` for a mask without a pixel inside.
  /// - Precondition: `inside` has height · width values.
  public init(height: Int, width: Int, inside: [Bool]) throws {
    precondition(inside.count == height * width, "\(inside.count) values for \(height) × \(width)")
    (self.height, self.width, self.inside) = (height, width, inside)
    count = inside.count { $0 }
    guard count > 0 else {
      throw EvaluationError("the mask is empty: no pixel of \(height) × \(width) is inside; leave such a mask out")
    }
  }

  /// The pixels that one of `boxes` covers.
  /// - Throws: `EvaluationError` for a box that is empty or reaches beyond the image.
  public init(height: Int, width: Int, boxes: [Box]) throws {
    var inside = [Bool](repeating: false, count: height * width)
    for box in boxes {
      guard box.width > 0, box.height > 0, box.x >= 0, box.y >= 0, box.width <= width - box.x,
        box.height <= height - box.y
      else {
        throw EvaluationError(
          "box \(box.x), \(box.y) of \(box.width) × \(box.height) pixels: it is empty or reaches beyond the image of "
            + "\(width) × \(height) pixels")
      }
      for y in box.y..<box.y + box.height {
        for x in box.x..<box.x + box.width { inside[y * width + x] = true }
      }
    }
    try self.init(height: height, width: width, inside: inside)
  }

  /// - Throws: `EvaluationError` where the map is of another size.
  func requireFit(_ map: RelevanceMap) throws {
    guard (map.height, map.width) == (height, width) else {
      throw EvaluationError(
        "the mask has \(height) × \(width) pixels (rows × columns), the map \(map.height) × \(map.width); bring the mask to "
          + "the size of the network's input")
    }
  }
}
