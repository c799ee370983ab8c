import ArgumentParser
import Imaging

/// How relevance is drawn.
struct PictureOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Colour map: \(ColorMap.names.joined(separator: ", ")).", valueName: "name"))
  var colorMap = "seismic"

  @Option(
    help: ArgumentHelp(
      "Relevance of the strongest colour: seed (10·(mean|R|³)^⅓), max, percentile:P, or a number.",
      valueName: "range"))
  var range = "seed"

  func colors() throws -> ColorMap { try ColorMap(colorMap) }
  func normalization() throws -> Normalization { try Normalization(parsing: range) }
}
