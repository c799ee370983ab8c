/// Colours a reader may choose for all heatmaps of a page.
public struct ReportPalette: Sendable {
  public var name: String
  /// 256 colours of red, green and blue, zero at entry 128.
  public var colors: [UInt8]
  /// Whether entries below 128 have colours of their own.
  public var isDiverging: Bool
  public var isColorBlindSafe: Bool

  /// - Precondition: 768 bytes.
  public init(name: String, colors: [UInt8], isDiverging: Bool, isColorBlindSafe: Bool) {
    precondition(colors.count == 768, "\(name): \(colors.count) bytes")
    self.name = name
    self.colors = colors
    self.isDiverging = isDiverging
    self.isColorBlindSafe = isColorBlindSafe
  }
}
