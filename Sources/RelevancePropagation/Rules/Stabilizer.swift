/// What keeps a denominator z away from zero: z + (epsilon + relative · √mean z²) · sign.
///
/// The mean runs over the layer's z of one image, never over a batch.
public struct Stabilizer: Sendable, Hashable, CustomStringConvertible {
  public enum Sign: String, Sendable, Hashable {
    /// That of z, with sign(0) = +1: zennit, captum, RelevancePropagation.jl.
    case signed
    /// Always +: the seed authors' tutorial.
    case positive
    /// +, and only where z is exactly 0: iNNvestigate.
    case atZero = "at-zero"
  }

  public var epsilon: Float
  /// Share of √mean z² that is added.
  public var relative: Float
  public var sign: Sign

  public init(_ epsilon: Float, relative: Float = 0, sign: Sign = .signed) {
    self.epsilon = epsilon
    self.relative = relative
    self.sign = sign
  }

  /// zennit's default: z ± 1e-6.
  public static let zennit = Stabilizer(1e-6)
  /// The tutorial's: z + 1e-9.
  public static let tutorial = Stabilizer(1e-9, sign: .positive)

  public var description: String {
    let mark =
      switch sign {
      case .signed: "±"
      case .positive: "+"
      case .atZero: "0:"
      }
    return relative == 0 ? "\(mark)\(epsilon)" : "\(mark)(\(epsilon) + \(relative) rms z)"
  }
}
