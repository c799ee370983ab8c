/// An experiment of removals: units of an image are replaced one after the other, and the network is asked after each step.
///
///     x_0 = x,  x_k = x with the first k·unitsPerStep units of the order replaced,  k = 1 … K
///
/// Sources: pixel flipping, Bach et al. 2015; region perturbation, Samek et al. 2017 (patches); selectivity, Montavon et al.
/// 2018 (all patches, replaced by black).
public struct Removal: Sendable, Hashable, Codable {
  public var unit: RemovalUnit
  public var order: RemovalOrder
  public var replacement: Replacement
  /// Steps; nil goes on until nothing is left.
  public var steps: Int?
  public var unitsPerStep: Int

  /// - Precondition: a patch's edge, steps and units a step are positive.
  public init(
    _ unit: RemovalUnit, _ order: RemovalOrder = .mostRelevantFirst, _ replacement: Replacement = .low,
    steps: Int? = nil,
    unitsPerStep: Int = 1
  ) {
    precondition(unit.edge > 0 && steps ?? 1 > 0 && unitsPerStep > 0, "edge \(unit.edge), \(unitsPerStep) units a step")
    (self.unit, self.order, self.replacement) = (unit, order, replacement)
    (self.steps, self.unitsPerStep) = (steps, unitsPerStep)
  }

  /// K for images of this size.
  /// - Throws: `EvaluationError` where the image has fewer units than the steps ask for.
  public func steps(height: Int, width: Int) throws -> Int {
    let units = unit.count(height: height, width: width)
    let most = (units + unitsPerStep - 1) / unitsPerStep
    guard let steps else { return most }
    guard steps <= most else {
      let what = unit.edge == 1 ? "pixels" : "patches of \(unit.edge) × \(unit.edge) pixels"
      throw EvaluationError(
        "\(steps) steps of \(unitsPerStep) each need more than the \(units) \(what) of an image of \(width) × \(height) pixels; "
          + "ask for at most \(most) steps" + (unit.edge > 1 ? ", or smaller patches" : ""))
    }
    return steps
  }

  /// "patches of 8, most relevant first, low": what tables call it.
  public var name: String {
    let what = unit.edge == 1 ? (unitsPerStep == 1 ? "pixels" : "\(unitsPerStep) pixels") : "patches of \(unit.edge)"
    return "\(what), \(order.name), \(replacement.name)"
  }
}
