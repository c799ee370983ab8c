/// What a map can be written as.
public enum ExportKind: String, Sendable, CaseIterable {
  case omeTIFF = "ome-tiff"
  case tiff
  case dzi
  case cog
  case png
  case npy

  /// One line for the help.
  public var summary: String {
    switch self {
    case .omeTIFF: "float32 pyramid, relevance and coverage, for QuPath, Bio-Formats, napari, tifffile"
    case .tiff: "8-bit colours, pyramid as a chain of pictures, for OpenSlide, ASAP"
    case .dzi: "a folder with a page for the browser: image, heatmap, opacity; no network needed"
    case .cog: "float32 cloud-optimised GeoTIFF with the image's place on the earth, for GDAL, QGIS"
    case .png: "one picture of at most --max-size"
    case .npy: "float32 array [2, H, W]: relevance, coverage"
    }
  }

  /// What follows the store's name where no output is named.
  public var suffix: String {
    switch self {
    case .omeTIFF: ".ome.tif"
    case .tiff: ".tif"
    case .dzi: "-viewer"
    case .cog: ".cog.tif"
    case .png: ".png"
    case .npy: ".npy"
    }
  }

  /// Whether relevance becomes colours.
  public var isColored: Bool { [.tiff, .dzi, .png].contains(self) }
}
