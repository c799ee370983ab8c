/// All rules: what the command lists, the documentation tabulates and the tests cover.
public enum Rules {
  public static let all: [any Rule.Type] = [
    ZeroRule.self,
    EpsilonRule.self,
    GammaRule.self,
    GeneralizedGammaRule.self,
    ZPlusRule.self,
    AlphaBetaRule.self,
    FlatRule.self,
    SquaredWeightsRule.self,
    BoxRule.self,
    PassRule.self,
    WinnerTakesAllRule.self,
    GradientRule.self,
    RectifierRule.self,
  ]
}
