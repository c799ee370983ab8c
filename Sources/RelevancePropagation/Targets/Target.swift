import Foundation

/// What is explained: a function f of the scores z, and the relevance the backward pass starts from.
///
/// | target | f(z) | start relevance |
/// |---|---|---|
/// | logit c | z_c | z_c at c |
/// | one c | z_c | 1 at c: gradients, and peers that start from 1 |
/// | probability c | p_c = softmax(z)_c | p_c at c; the softmax itself is not propagated through |
/// | difference a, b | z_a − z_b | the same, at a top layer of weights w_a − w_b |
/// | log-odds c | η_c = log(p_c/(1 − p_c)) | min-take-most over all z_c − z_c' (see `LogOdds`) |
/// | weighted v | Σ v_k·z_k | v_k·z_k at every k |
/// | relevance R | Σ R_k·z_k | R_k at every k |
/// | neurons | Σ of the activations chosen | these activations, inside the network (see `NeuronSelection`) |
///
/// Log-odds and differences need another top layer: `TargetHead` makes it.
public enum Target: Sendable, Hashable {
  case logit(Int)
  case one(Int)
  case probability(Int)
  case logOdds(Int)
  case difference(Int, Int)
  case weighted([Float])
  case relevance([Float])
  case neurons(NeuronSelection)

  /// Whether the start lies at another top layer than the network's own.
  public var needsHead: Bool {
    switch self {
    case .logOdds, .difference: true
    default: false
    }
  }

  /// The class that is explained; the first of a difference; the top class where no class is.
  func explainedClass(among scores: Scores) -> Int {
    switch self {
    case .logit(let c), .one(let c), .probability(let c), .logOdds(let c), .difference(let c, _): c
    case .weighted, .relevance, .neurons: scores.topClass
    }
  }

  /// Layer the backward pass starts at, where that is not the top.
  var layer: String? { if case .neurons(let selection) = self { selection.layer } else { nil } }

  /// - Throws: `TargetError` where a class or a vector does not fit `classes` scores.
  public func check(classes: Int) throws {
    func check(_ indices: Int...) throws {
      for index in indices where !(0..<classes).contains(index) {
        throw TargetError("class \(index): the network has classes 0 to \(classes - 1)")
      }
    }
    switch self {
    case .logit(let c), .one(let c), .probability(let c): try check(c)
    case .logOdds(let c):
      try check(c)
      guard classes > 1 else { throw TargetError("log-odds need at least two classes; explain the logit") }
    case .difference(let a, let b):
      try check(a, b)
      guard a != b else { throw TargetError("difference of class \(a) with itself; name two classes") }
    case .weighted(let values), .relevance(let values):
      guard values.count == classes else {
        throw TargetError("expected \(classes) numbers, one a class, found \(values.count)")
      }
      guard values.allSatisfy(\.isFinite) else {
        throw TargetError("some of the \(classes) numbers are NaN or infinite")
      }
    case .neurons: break
    }
  }

  /// Relevance at the network's own output, for one image's scores.
  /// - Precondition: the target needs no head and lies at the top.
  public func relevance(for scores: some RandomAccessCollection<Float>) -> [Float] {
    let scores = Array(scores)
    var result = [Float](repeating: 0, count: scores.count)
    switch self {
    case .logit(let index): result[index] = scores[index]
    case .one(let index): result[index] = 1
    case .probability(let index): result[index] = Float(Scores(scores).probabilities[index])
    case .weighted(let weights): result = zip(weights, scores).map { $0 * $1 }
    case .relevance(let values): result = values
    case .logOdds, .difference: preconditionFailure("\(self) starts at a TargetHead")
    case .neurons: preconditionFailure("\(self) starts inside the network")
    }
    return result
  }

  /// f(z), in Double: what the relevance explains.
  public func value(of scores: [Float]) -> Double {
    let z = scores.map { Double($0) }
    switch self {
    case .logit(let c), .one(let c): return z[c]
    case .probability(let c): return Scores(scores).probabilities[c]
    case .logOdds(let c): return LogOdds(scores, of: c).eta
    case .difference(let a, let b): return z[a] - z[b]
    case .weighted(let v), .relevance(let v): return zip(v, z).reduce(0) { $0 + Double($1.0) * $1.1 }
    case .neurons(let selection): return selection.mask(of: scores).reduce(0) { $0 + Double(scores[$1]) }
    }
  }

  /// ∂f/∂z: where gradient methods start.
  public func gradient(of scores: [Float]) -> [Float] {
    var result = [Float](repeating: 0, count: scores.count)
    switch self {
    case .logit(let c), .one(let c): result[c] = 1
    case .probability(let c):
      // ∂p_c/∂z_k = p_c·(δ_ck − p_k)
      let p = Scores(scores).probabilities
      for k in result.indices { result[k] = Float(p[c] * ((k == c ? 1 : 0) - p[k])) }
    case .logOdds(let c):
      // ∂η_c/∂z_c = 1, ∂η_c/∂z_c' = −p_c'/(1 − p_c): the shares of min-take-most.
      let odds = LogOdds(scores, of: c)
      for k in result.indices { result[k] = k == c ? 1 : -Float(odds.shares[k > c ? k - 1 : k]) }
    case .difference(let a, let b): (result[a], result[b]) = (1, -1)
    case .weighted(let v), .relevance(let v): result = v
    case .neurons(let selection): for index in selection.mask(of: scores) { result[index] = 1 }
    }
    return result
  }

  /// Start relevance of a batch: the targets of image 0, then those of image 1, `[N · targets, …]`.
  ///
  /// - Precondition: as many targets for every image; none needs a head.
  public static func start(_ targets: [[Target]], scores: Tensor) -> Tensor {
    let entry = Shape(Array(scores.shape.extents.dropFirst()))
    let count = entry.count
    let values = scores.scalars
    let relevance = targets.enumerated().flatMap { image, targets in
      targets.flatMap { $0.relevance(for: values[image * count..<(image + 1) * count]) }
    }
    return Tensor(shape: Shape([relevance.count / count] + entry.extents), scalars: relevance)
  }
}

extension Target: CustomStringConvertible {
  public var description: String {
    switch self {
    case .logit(let c): "logit of class \(c)"
    case .one(let c): "1 at class \(c)"
    case .probability(let c): "probability of class \(c)"
    case .logOdds(let c): "log-odds of class \(c)"
    case .difference(let a, let b): "score of class \(a) less that of class \(b)"
    case .weighted: "weighted sum of the scores"
    case .relevance: "given relevance at the output"
    case .neurons(let selection): "\(selection)"
    }
  }
}

/// A target that does not fit the network: what was asked, what there is, what to do.
public struct TargetError: Error, CustomStringConvertible {
  public let description: String
  public init(_ description: String) { self.description = description }
}
