/// What keeps a denominator z away from zero: z + (epsilon + relative · statistic of z) · sign.
///
/// The statistic runs over the layer's z of one image, never over a batch.
public struct Stabilizer: Sendable, Hashable, CustomStringConvertible {
  public enum Sign: String, Sendable, Hashable, CaseIterable {
    /// That of z, with sign(0) = +1: zennit, captum, RelevancePropagation.jl.
    case signed
    /// Always +: the seed authors' tutorial.
    case positive
    /// +, and only where z is exactly 0: iNNvestigate.
    case atZero = "at-zero"
  }

  /// What `relative` is a share of.
  public enum Statistic: String, Sendable, Hashable, CaseIterable {
    /// √mean z²: what the tutorial's code and zennit's `norm_scale` compute.
    case rootMeanSquare = "rms"
    /// √mean (z − mean z)²: "standard deviation" read literally (divided by n, not n − 1).
    case deviation = "std"
  }

  public var epsilon: Float
  /// Share of the statistic that is added.
  public var relative: Float
  public var statistic: Statistic
  public var sign: Sign

  public init(
    _ epsilon: Float, relative: Float = 0, statistic: Statistic = .rootMeanSquare, sign: Sign = .signed
  ) {
    self.epsilon = epsilon
    self.relative = relative
    self.statistic = statistic
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
    return relative == 0 ? "\(mark)\(epsilon)" : "\(mark)(\(epsilon) + \(relative) \(statistic.rawValue) z)"
  }

  /// Reads what `description` writes, and shorter forms: `0.1` and `±0.1` take z's sign, `+0.1` is always added, `0:1e-7`
  /// only where z is 0; `0.25rms`, `1e-9+0.25std` are relative to the image.
  public init?(_ text: String) {
    var rest = text.filter { !" ()z".contains($0) }[...]
    sign = .signed
    for (mark, meaning) in [("±", Sign.signed), ("0:", .atZero), ("+", .positive)] where rest.hasPrefix(mark) {
      sign = meaning
      rest = rest.dropFirst(mark.count)
      break
    }
    (epsilon, relative, statistic) = (0, 0, .rootMeanSquare)
    // "1e+05" is one number.
    let terms = rest.replacing("e+", with: "e").split(separator: "+", omittingEmptySubsequences: false)
    guard (1...2).contains(terms.count) else { return nil }
    for term in terms {
      if let unit = Statistic.allCases.first(where: { term.hasSuffix($0.rawValue) }) {
        guard relative == 0, let share = Float(term.dropLast(unit.rawValue.count)), share.isFinite else { return nil }
        (relative, statistic) = (share, unit)
      } else {
        guard epsilon == 0, let number = Float(term), number.isFinite else { return nil }
        epsilon = number
      }
    }
    guard epsilon >= 0, relative >= 0 else { return nil }
  }
}
