/// The planes of a map's arrays.
public enum MapPlane: Int, Sendable, CaseIterable, CustomStringConvertible {
  /// R of each pixel, summed over colour channels; negative speaks against what is explained.
  case relevance = 0
  /// How many windows a pixel belongs to; 0 where none was explained.
  case coverage = 1

  public var description: String { self == .relevance ? "relevance" : "coverage" }
}
