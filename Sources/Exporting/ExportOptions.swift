import Imaging
import OMEZarr

/// How a map is exported.
public struct ExportOptions: Sendable {
  public var colors: ColorMap
  public var normalization: Normalization
  /// Planes that float formats get.
  public var planes: [MapPlane]
  /// Each level of a pyramid is smaller by so much than the one before: 2, 4, 8 …
  public var levelFactor: Int
  /// Longer side of a PNG at most, in pixels.
  public var maxSize: Int
  /// The image shown under the heatmap.
  public var image: ImageChoice
  /// Program and version, written into the files.
  public var tool: String

  public enum ImageChoice: Sendable, Equatable {
    /// The one that the store names, where it is still there.
    case named
    /// This one.
    case path(String)
    case none
  }

  public init(
    colors: ColorMap = .seismic, normalization: Normalization = .seed, planes: [MapPlane] = MapPlane.allCases,
    levelFactor: Int = 2, maxSize: Int = 4096, image: ImageChoice = .named, tool: String = "relprop"
  ) {
    precondition(levelFactor > 1 && levelFactor.nonzeroBitCount == 1, "level factor \(levelFactor)")
    precondition(maxSize > 0 && !planes.isEmpty, "at most \(maxSize) pixels, \(planes.count) planes")
    self.colors = colors
    self.normalization = normalization
    self.planes = planes
    self.levelFactor = levelFactor
    self.maxSize = maxSize
    self.image = image
    self.tool = tool
  }
}
