/// Colours told apart by colour-blind readers too (Okabe and Ito).
enum Palette {
  private static let colors = ["#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#666666"]
  static func color(_ index: Int) -> String { colors[index % colors.count] }

  /// Lengths of dashes and gaps, in pixels: another for each turn through the colours; none in the first.
  static func dashes(_ index: Int) -> [Double] { [[], [6, 3], [2, 2], [8, 2, 2, 2]][index / colors.count % 4] }
}
