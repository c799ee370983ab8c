@testable import RelevancePropagation

extension ConvolutionChoice {
  /// Winograd's algorithm, on both tiles and in each form.
  static let winograd = allCases.filter { $0.tile != nil }
}
