/// How much an explanation changes when the image moves a little: low is good, neighbouring images should have neighbouring
/// explanations.
///
///     max over pairs of copies of ‖R(x) − R(x')‖₁ / ‖x − x'‖₂
///
/// x, x' are copies of one image moved by a few pixels, R the relevance of a fixed class, summed over the channels. Pairs that
/// do not differ are left out. Source: Montavon et al. 2018, "Explanation continuity". Traps: Quantus takes 28 shifts along the
/// columns alone, adds 1e-9 to the denominator and gives NaN where the predicted class changes; here the class stays that of
/// the image itself.
public struct Continuity: Sendable, Equatable {
  /// Over copies that follow each other in the list of shifts.
  public let largestOfNeighbours: Double
  /// Over all pairs: the source's.
  public let largest: Double
  public let mean: Double
  /// The class's score of every copy.
  public let scores: [Double]
}
