/// A network whose top layer computes what targets compare: differences of scores in the place of scores.
///
/// A difference z_a − z_b is the linear map w_a − w_b, b_a − b_b of the top layer's inputs, so that its rule shares what
/// speaks for a *rather than* b. The head holds the rows of all targets one below the other: many targets, one forward
/// pass, one backward pass. Rows of other targets carry no relevance, and a rule looks at each row alone. A target of several
/// rows begins at a multiple of 16, behind rows of zeros: a CPU's kernels sum what lies 16 rows apart first, and the target's
/// relevance is to be the same, to the bit, wherever it stands.
///
/// The top is the dense layer that ends the network, or a convolution under averages alone (each class has its map; the
/// mean of a difference is the difference of means). A rectifier between the last weights and the scores is refused:
/// then no layer is linear in the scores. Source: Montavon et al. 2019, "Handling the top layer".
public struct TargetHead: Sendable {
  public let network: Network
  /// Nodes that differ from the network's own: the top layer and what follows it.
  public let replaced: Set<String>
  /// Rows of each target.
  private let rows: [Target: Range<Int>]
  private let rowCount: Int

  /// - Throws: `TargetError` where the top layer is not linear, a class does not exist, or the rule at the top has a
  ///   relative stabilizer and rows of several targets would mix in its mean.
  public init(_ original: Network, for targets: [Target], rules: RuleTable? = nil) throws {
    let classes = original.outputShape.count
    var maps: [ScoreRow] = []
    var rows: [Target: Range<Int>] = [:]
    for target in targets where rows[target] == nil {
      try target.check(classes: classes)
      guard target.layer == nil else { throw TargetError("\(target): a start inside the network needs no head") }
      let own = ScoreRow.rows(of: target, classes: classes)
      while own.count > 1, maps.count % 16 != 0 { maps.append(.zeros) }
      rows[target] = maps.count..<maps.count + own.count
      maps += own
    }
    let top = try TopLayer(of: original)
    if let rule = rules?[top.name], rows.count > 1, case .shares(_, let stabilizer) = rule.propagation,
      stabilizer.relative != 0
    {
      throw TargetError(
        "\(top.name): \(rule.label) takes its mean over all rows of the top layer, so that several differences or "
          + "log-odds cannot share a pass; explain one at a time, or use an absolute stabilizer there")
    }
    network = try top.replaced(in: original, rows: maps)
    replaced = Set(top.path)
    self.rows = rows
    rowCount = maps.count
  }

  /// Start relevance of a batch at the head's output, the targets of image 0 first.
  ///
  /// - Parameters:
  ///   - outputs: the head's outputs, `[N, rows]`: z_cc' as the device computed them, so that R/z is exact.
  ///   - scores: the original network's scores, `[N, K]`.
  /// - Precondition: the head was made for these targets.
  public func start(_ targets: [[Target]], outputs: Tensor, scores: Tensor) -> Tensor {
    let (z, all) = (outputs.scalars, scores.scalars)
    let classes = all.count / scores.shape[0]
    let relevance = targets.enumerated().flatMap { image, targets in
      targets.flatMap { target -> [Float] in
        guard let own = rows[target] else { preconditionFailure("the head was not made for \(target)") }
        var result = [Float](repeating: 0, count: rowCount)
        let rows = z[image * rowCount + own.lowerBound..<image * rowCount + own.upperBound]
        let values = Self.relevance(
          of: target, outputs: Array(rows), scores: Array(all[image * classes..<(image + 1) * classes]))
        result.replaceSubrange(own, with: values)
        return result
      }
    }
    let entry = Array(outputs.shape.extents.dropFirst())
    return Tensor(shape: Shape([relevance.count / rowCount] + entry), scalars: relevance)
  }

  /// The rows of one target in a start relevance, `[rows of the target]`.
  public func block(of target: Target, in start: Tensor) -> [Float] { Array(start.scalars[rows[target]!]) }

  /// Relevance of a target's own rows.
  private static func relevance(of target: Target, outputs: [Float], scores: [Float]) -> [Float] {
    switch target {
    case .logOdds(let c): zip(LogOdds(scores, of: c).shares, outputs).map { Float($0 * Double($1)) }
    case .logit, .difference: outputs
    case .one: [1]
    case .probability(let c): [Float(Scores(scores).probabilities[c])]
    case .weighted, .relevance: target.relevance(for: outputs)
    case .neurons: preconditionFailure("a start inside the network")
    }
  }
}

/// z_a, or z_a − z_b: one row of a head.
struct ScoreRow: Hashable {
  let plus: Int
  var minus: Int?

  /// z_0 − z_0.
  static let zeros = ScoreRow(plus: 0, minus: 0)

  static func rows(of target: Target, classes: Int) -> [ScoreRow] {
    switch target {
    case .logit(let c), .one(let c), .probability(let c): [ScoreRow(plus: c)]
    case .difference(let a, let b): [ScoreRow(plus: a, minus: b)]
    case .logOdds(let c): (0..<classes).filter { $0 != c }.map { ScoreRow(plus: c, minus: $0) }
    case .weighted, .relevance: (0..<classes).map { ScoreRow(plus: $0) }
    case .neurons: []
    }
  }

  /// The rows' combinations of `values`, `[K, …]`.
  static func combine(_ values: Tensor, _ rows: [ScoreRow]) -> Tensor {
    let width = values.count / values.shape[0]
    let scalars = values.withScalars { scalars in
      var result: [Float] = []
      result.reserveCapacity(rows.count * width)
      for row in rows {
        for i in 0..<width {
          result.append(scalars[row.plus * width + i] - (row.minus.map { scalars[$0 * width + i] } ?? 0))
        }
      }
      return result
    }
    return Tensor(shape: Shape([rows.count] + values.shape.extents.dropFirst()), scalars: scalars)
  }
}
