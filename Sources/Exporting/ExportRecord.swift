import Foundation
import OMEZarr
import RelevancePropagation

/// What an exported file shows and where it comes from: the JSON beside it.
public struct ExportRecord: Sendable, Codable {
  /// Program and version.
  public var tool: String
  public var store: String
  public var kind: String
  /// Width and height of each level in pixels, the largest first.
  public var levels: [[Int]]
  public var planes: [String]
  /// Nil where relevance is kept as numbers.
  public var colors: Colors?
  /// Nil where the kind shows no image; why there is none, where there is none.
  public var image: String?
  public var statistics: MapStatistics
  /// The store's.
  public var provenance: Provenance

  public struct Colors: Sendable, Codable, Equatable {
    public var colorMap: String
    public var range: String
    /// Relevance of the strongest colour, the same everywhere in the file.
    public var bound: Double

    init(_ scale: ColorScale) {
      colorMap = scale.colors.name
      range = scale.normalization.description
      bound = scale.bound
    }
  }

  func json(isPretty: Bool) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    if isPretty { encoder.outputFormatting.insert(.prettyPrinted) }
    // Strings, whole and finite numbers: all of them have a JSON.
    return String(decoding: try! encoder.encode(self), as: UTF8.self)
  }
}
