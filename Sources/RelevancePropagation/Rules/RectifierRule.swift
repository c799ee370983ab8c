/// What gradient-like baselines do at a rectifier.
///
/// Sources: guided backprop, Springenberg et al. 2015; deconvnet, Zeiler and Fergus 2014; smoothed rectifier, Dombrowski
/// et al. 2019.
public struct RectifierRule: Rule {
  public static let name = "rectifier"
  public static let summary = "guided backprop, deconvnet or a smoothed rectifier, for baselines"

  public enum Mode: Sendable, Hashable {
    case guided
    case deconvolution
    case smooth(beta: Float)
  }

  public var mode: Mode
  public init(_ mode: Mode) { self.mode = mode }

  private enum ModeName: String, CaseIterable { case guided, deconvolution, smooth }

  public init(arguments: inout RuleArguments) throws {
    switch try arguments.choice("mode", default: ModeName.guided) {
    case .guided: mode = .guided
    case .deconvolution: mode = .deconvolution
    case .smooth: mode = .smooth(beta: try arguments.number("beta", default: 10))
    }
  }

  public var parameters: [RuleParameter] {
    switch mode {
    case .guided: [RuleParameter("mode", "guided")]
    case .deconvolution: [RuleParameter("mode", "deconvolution")]
    case .smooth(let beta): [RuleParameter("mode", "smooth"), RuleParameter("beta", beta)]
    }
  }

  public var propagation: Propagation {
    switch mode {
    case .guided: .guidedGradient
    case .deconvolution: .deconvolution
    case .smooth(let beta): .smoothGradient(beta: beta)
    }
  }
}
