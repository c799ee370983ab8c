/// Winner-take-all at max pooling: a window's relevance goes to its maximum.
///
/// Equal maxima: the first in row-major order gets all (zennit, captum, the frameworks), or they share (LRP toolbox).
/// Source: Bach et al. 2015, eq. 54 for the maximum.
public struct WinnerTakesAllRule: Rule {
  public static let name = "winner-takes-all"
  public static let summary = "a pooling window's relevance to its maximum"

  public var sharingTies: Bool
  public init(sharingTies: Bool = false) { self.sharingTies = sharingTies }

  private enum Ties: String, CaseIterable { case first, shared }

  public init(arguments: inout RuleArguments) throws {
    let shares = arguments.profile.maxPooling == .winner(sharingTies: true)
    sharingTies = try arguments.choice("ties", default: shares ? Ties.shared : .first) == .shared
  }

  public var parameters: [RuleParameter] { [RuleParameter("ties", sharingTies ? "shared" : "first")] }
  public var propagation: Propagation { .winnerTakesAll(sharingTies: sharingTies) }
}
