/// Which kernels compute: their family, and what else changes their numbers or their memory.
public struct KernelChoice: Sendable, Hashable {
  public var family: KernelFamily
  /// What speed may cost.
  public var precision: Precision
  /// How a CPU computes convolutions.
  public var convolutions: ConvolutionChoice

  public init(
    family: KernelFamily = .cpu, precision: Precision = .accurate, convolutions: ConvolutionChoice = .automatic
  ) {
    self.family = family
    self.precision = precision
    self.convolutions = convolutions
  }
}

/// One algorithm for all convolutions it serves, for tests and measurements; the others stay with `gathered`.
public enum ConvolutionChoice: String, CaseIterable, Sendable {
  /// By shape and pass.
  case automatic
  // Passes whose sums must be right to their own size are gathered whatever is chosen.
  case gathered
  case winograd2
  case winograd4
}

/// What speed may cost.
public enum Precision: String, CaseIterable, Sendable {
  /// Errors near those of a direct sum in float32.
  case accurate
  /// On a CPU Winograd's algorithm on large tiles for small layers too, its sums in parts of up to 512 terms instead of
  /// 64: two to three times the rounding error.
  case fast

  /// What the compiler of tuned kernels is told.
  var options: String { self == .fast ? " -DTILE_DEPTH=512" : "" }
}
