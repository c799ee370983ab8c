/// Where a map comes from: the value of "relprop" in a store's attributes. The keys are listed in Documentation/Scans.md;
/// those that other programs and `relprop export` read have a property here.
public struct Provenance: Sendable, Hashable, Codable {
  public var values: [String: JSONValue]

  public init(_ values: [String: JSONValue] = [:]) { self.values = values }

  public init(from decoder: any Decoder) throws {
    values = try decoder.singleValueContainer().decode([String: JSONValue].self)
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(values)
  }

  public subscript(key: String) -> JSONValue? {
    get { values[key] }
    set { values[key] = newValue }
  }

  /// The image that was explained.
  public var image: String? { values["image"]?.string }

  /// Which level of the image, 0 the largest.
  public var level: Int { values["level"]?.integer ?? 0 }

  /// Width and height of that level in pixels.
  public var levelSize: (width: Int, height: Int)? {
    guard let size = values["levelSize"]?.array?.compactMap(\.integer), size.count == 2, size.allSatisfy({ $0 > 0 })
    else { return nil }
    return (size[0], size[1])
  }

  /// Width and height of level 0 in pixels.
  public var imageSize: (width: Int, height: Int)? {
    guard let size = values["imageSize"]?.array?.compactMap(\.integer), size.count == 2, size.allSatisfy({ $0 > 0 })
    else { return nil }
    return (size[0], size[1])
  }

  /// What of the level was explained, in its pixels: the map's upper left corner lies at x, y.
  public var roi: (x: Int, y: Int, width: Int, height: Int)? {
    guard let roi = values["roi"]?.array?.compactMap(\.integer), roi.count == 4 else { return nil }
    return (roi[0], roi[1], roi[2], roi[3])
  }

  /// Micrometres a pixel of that level, where the image says so.
  public var micronsPerPixel: Double? {
    guard let microns = values["micronsPerPixel"]?.number, microns > 0, microns.isFinite else { return nil }
    return microns
  }
}
