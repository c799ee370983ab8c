/// What stands in the place of a pixel that is removed; x is the image as the network reads it.
///
/// | replacement | r |
/// |---|---|
/// | zero | 0: after the usual preprocessing the mean colour of the training set |
/// | low | what black becomes, per channel |
/// | mean | the image's own mean, per channel |
/// | negation | −x |
/// | inversion | low + high − x: the negative of the photograph |
/// | uniform | drawn evenly between low and high, fixed by seed and image |
/// | blur | the image under a Gaussian of deviation σ pixels, cut at 3σ; outside the image its nearest pixel |
/// | given | an image of the caller's |
///
/// Trap: "black" means 0 in many packages, which is black only where nothing is subtracted in preprocessing; there it is
/// `zero`, and `low` is black.
public enum Replacement: Sendable, Hashable, Codable {
  case zero
  case low
  case mean
  case negation
  case inversion
  case uniform(seed: UInt64)
  case blur(deviation: Float)
  case given

  /// What tables call it.
  public var name: String {
    switch self {
    case .zero: "zero"
    case .low: "low"
    case .mean: "mean"
    case .negation: "negation"
    case .inversion: "inversion"
    case .uniform: "uniform"
    case .blur: "blur"
    case .given: "given"
    }
  }
}
