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
  // Winograd's algorithm on tiles of 2 × 2 or 4 × 4, in the form that suits the size.
  case winograd2
  case winograd4
  // The same in one form at every size. Where the device's local memory does not hold the fewest tiles of the fused form with
  // all their channels, they are split; both forms give the same bits.
  case winograd2Fused = "winograd2-fused"
  case winograd2Split = "winograd2-split"
  case winograd4Fused = "winograd4-fused"
  case winograd4Split = "winograd4-split"

  /// The side of Winograd's output tiles; nil where another algorithm is chosen, or none.
  var tile: Int? {
    switch self {
    case .automatic, .gathered: nil
    case .winograd2, .winograd2Fused, .winograd2Split: 2
    case .winograd4, .winograd4Fused, .winograd4Split: 4
    }
  }

  /// The form of Winograd's algorithm; nil where the size decides.
  var form: WinogradForm? {
    switch self {
    case .automatic, .gathered, .winograd2, .winograd4: nil
    case .winograd2Fused, .winograd4Fused: .fused
    case .winograd2Split, .winograd4Split: .split
    }
  }
}

/// How Winograd's algorithm is cut into kernels (cpu/winograd.cl).
enum WinogradForm {
  /// All in one.
  case fused
  /// All tiles are transformed first.
  case split
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
