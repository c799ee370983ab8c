/// By what the sum of the heatmaps that were moved back is divided.
public enum TranslationDivisor: String, Sendable, CaseIterable, Codable {
  /// The number of shifts: what a pixel lacks near the border counts as 0, and the map's sum is the mean of the copies', less
  /// what lies on their borders.
  case total
  /// Per pixel the number of shifts that cover it: pixels near the border are as strong as others. 0 where none does.
  case coverage
}
