import RelevancePropagation

/// The relevance of each pixel: R summed over the channels of the input, `[H, W]`. Its picture shows what speaks for
/// the explained output (positive) and what against it (negative).
///
/// ```swift
/// let heatmap = try Heatmap(relevance)
/// let bound = heatmap.bound(.seed)
/// try heatmap.picture(.seed, bound: bound).write(to: "heatmap.png")
/// ```
public struct Heatmap: Sendable, Equatable {
  public let width: Int
  public let height: Int
  /// Rows from the top.
  public let values: [Float]

  /// - Parameter relevance: `[C, H, W]` or `[H, W]`, of one image.
  /// - Throws: `HeatmapError` naming the first scalar that is NaN or infinite.
  public init(_ relevance: Tensor) throws {
    precondition(relevance.shape.rank == 2 || relevance.shape.rank == 3, "no [C, H, W]: \(relevance.shape)")
    precondition(relevance.count > 0, "empty relevance: \(relevance.shape)")
    let height = relevance.shape[relevance.shape.rank - 2]
    let width = relevance.shape[relevance.shape.rank - 1]
    if let index = relevance.firstNonFinite {
      throw HeatmapError(
        "relevance is \(relevance.scalars[index]) at channel \(index / (height * width)), "
          + "row \(index / width % height), column \(index % width)")
    }
    self.height = height
    self.width = width
    values = relevance.summedOverChannels.scalars
    guard values.allSatisfy(\.isFinite) else { throw HeatmapError("the sum over channels exceeds the range of Float") }
  }

  public subscript(x: Int, y: Int) -> Float { values[y * width + x] }

  /// All relevance together.
  public var sum: Double { values.reduce(0) { $0 + Double($1) } }

  /// The relevance that `normalization` gives the strongest colour; 0 for a map of zeros. Tell it with the picture:
  /// colours of two pictures compare only at one bound.
  public func bound(_ normalization: Normalization) -> Double { normalization.bound(of: values) }

  /// One pixel of colour a value; what exceeds ±`bound` gets the colour of the bound.
  /// - Parameter bound: not negative; at 0 every relevance but zero has the strongest colour.
  public func picture(_ colorMap: ColorMap, bound: Double) -> Picture {
    var picture = Picture(width: width, height: height)
    for (index, value) in values.enumerated() { picture[index] = colorMap.color(Self.share(value, of: bound)) }
    return picture
  }

  /// The same picture as a PNG file of palette entries: whose colours follow another map when its palette is exchanged.
  /// - Throws: `ImageError` where it cannot be encoded.
  public func png(_ colorMap: ColorMap, bound: Double) throws -> [UInt8] {
    let entries = values.map { UInt8(ColorMap.divergingEntry(Self.share($0, of: bound))) }
    return try PNGFile.bytes(of: entries, palette: colorMap.palette, width: width, height: height)
  }

  /// The heatmap over the picture it explains. The picture is drawn in pale grey, and each pixel takes its relevance's
  /// colour the more the stronger it is: at the bound to the share `opacity`. What the network did not see is darkened.
  ///
  /// - Parameters:
  ///   - base: what the network saw, or the whole photograph. Not smaller than the heatmap, or values are left out.
  ///   - seen: where in `base` the heatmap belongs, in pixels (`Framing.seen`); all of it where absent.
  public func overlay(
    on base: Picture, seen: Framing.Rectangle? = nil, _ colorMap: ColorMap, bound: Double, opacity: Double = 0.9
  ) -> Picture {
    precondition((0...1).contains(opacity), "opacity \(opacity)")
    let seen =
      seen ?? Framing.Rectangle(x: 0, y: 0, width: Double(base.width), height: Double(base.height))
    let columns = (0..<base.width).map {
      Int(((Double($0) + 0.5 - seen.x) / seen.width * Double(width)).rounded(.down))
    }
    var picture = base
    for y in 0..<base.height {
      let row = Int(((Double(y) + 0.5 - seen.y) / seen.height * Double(height)).rounded(.down))
      for x in 0..<base.width {
        let column = columns[x]
        // A pale picture, so that colours show on what is dark in it as well.
        let level = UInt8(96 + base[x, y].luma * 0.6 + 0.5)
        let grey = Color(red: level, green: level, blue: level)
        guard (0..<height).contains(row), (0..<width).contains(column) else {
          picture[x, y] = grey.mixed(with: .black, weight: 0.5)
          continue
        }
        let share = Self.share(self[column, row], of: bound)
        let strength = colorMap.isDiverging ? abs(share) : max(share, 0)
        // The root lifts weak relevance, which would else be lost on a busy photograph.
        picture[x, y] = grey.mixed(with: colorMap.color(share), weight: opacity * strength.squareRoot())
      }
    }
    return picture
  }

  /// value / bound, -1 … 1.
  private static func share(_ value: Float, of bound: Double) -> Double {
    precondition(bound >= 0, "bound \(bound)")
    if value == 0 { return 0 }
    return min(max(Double(value) / bound, -1), 1)
  }
}

/// Relevance that cannot be drawn.
public struct HeatmapError: Error, Equatable, CustomStringConvertible {
  public let description: String
  init(_ description: String) { self.description = description }
}
