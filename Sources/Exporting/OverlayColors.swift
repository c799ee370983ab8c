import Imaging

/// A colour map's entries as colours with opacity, to be laid over a picture: the stronger the more opaque, by the root,
/// which lets weak relevance tint a picture that stays visible.
///
/// Over the map's neutral colour n every entry is exactly its colour c: c = n + α (o − n), where o is the colour that is
/// laid over and α its opacity. So what the page shows without an image are the colours of its legend. Where o would leave
/// 0 … 255, α is as large as it takes.
struct OverlayColors: Sendable, Hashable {
  /// Red, green, blue and opacity of 256 entries.
  private let table: [[UInt8]]

  /// Opacity of the black over pixels that no window covers.
  static let veil: UInt8 = 56

  init(_ colors: ColorMap) {
    let zero = colors.entry(0)
    let neutral = Self.channels(colors.table[zero])
    table = colors.table.enumerated().map { entry, color in
      guard entry != zero else { return [0, 0, 0, 0] }
      let color = Self.channels(color)
      let strength = Double(abs(entry - zero)) / Double(entry < zero ? zero : 255 - zero)
      let needed = zip(color, neutral).map { c, n in c == n ? 0 : c > n ? (c - n) / (255 - n) : (n - c) / n }
      // Opacity is a whole number too; upwards, so that o does not leave its range.
      let opacity = (255 * max(strength.squareRoot(), needed.max()!)).rounded(.up)
      return zip(color, neutral).map { c, n in UInt8((n + (c - n) * 255 / opacity).rounded()) } + [UInt8(opacity)]
    }
  }

  subscript(entry: Int) -> [UInt8] { table[entry] }

  private static func channels(_ color: Color) -> [Double] { [color.red, color.green, color.blue].map(Double.init) }
}
