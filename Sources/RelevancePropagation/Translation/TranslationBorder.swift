/// What a moved copy shows where the image has no pixels.
public enum TranslationBorder: Sendable, Hashable {
  /// The nearest pixel of the image.
  case edge
  /// 0 in the network's input, which is the mean colour.
  case zero
  /// These values per channel: black, with `Preprocessing.low`.
  case low([Float])
  /// Nothing is missing: copies are cut out of a source that is larger than the network's input by the shifts' margin on each
  /// side (`Preprocessor.input(_:margin:)`).
  case crop

  public enum Name: String, Sendable, CaseIterable, Codable { case edge, zero, low, crop }

  public var name: Name {
    switch self {
    case .edge: .edge
    case .zero: .zero
    case .low: .low
    case .crop: .crop
    }
  }
}
