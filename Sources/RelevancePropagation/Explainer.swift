import Foundation

/// Explains images with one network and one composite: the whole path from pixels to relevance in one value.
///
/// ```swift
/// let engine = try Engine(device: Device.all()[0])
/// let explainer = try Explainer(network, composite: .named("seed"), low: low, high: high, on: engine)
/// let explanation = try explainer.explain(images) { $0.topClass }[0]
/// ```
/// It canonizes the network, assigns the rules, uploads the weights and plans all memory when it is made; explaining
/// allocates nothing on the device.
public final class Explainer {
  /// The network as it is explained: after the canonizers.
  public let network: Network
  public let rules: RuleTable
  /// What the explained class starts with.
  public let classStart: Profile.Start
  public let batch: Int
  private let deviceNetwork: DeviceNetwork
  private let propagator: Propagator

  /// - Parameters:
  ///   - low: lower bound of the input per channel, for the box rule (`Preprocessing.low`); `high` likewise.
  ///   - batch: images explained in one pass.
  /// - Throws: `NetworkError`, `UnsupportedLayer`, `RuleError`, `ComputeError`.
  public init(
    _ network: Network, composite: Preset, low: [Float], high: [Float], on engine: Engine, batch: Int = 1,
    options: PropagationOptions = .init()
  ) throws {
    let canonized = try network.canonized()
    self.network = canonized
    self.batch = batch
    classStart = composite.start
    rules = try composite.composite(for: canonized, low: low, high: high).resolve(for: canonized)
    deviceNetwork = try DeviceNetwork(canonized, on: engine, batch: batch)
    propagator = try Propagator(deviceNetwork, rules: rules, options: options)
  }

  /// Bytes on the device: weights, activations, relevance, modified weights.
  public var deviceBytes: Int { DeviceNetwork.bytes(of: network, batch: batch) + propagator.bytes }

  /// Explains every image of a batch.
  ///
  /// - Parameters:
  ///   - images: `[N, C, H, W]`, N ≤ `batch`, as the network reads them.
  ///   - choosing: the class to explain, from an image's scores.
  /// - Throws: what `choosing` throws; `RelevanceError` where relevance is not finite; `ComputeError`.
  public func explain(_ images: Tensor, choosing: (Scores) throws -> Int) throws -> [Explanation] {
    let clock = ContinuousClock()
    let start = clock.now
    let trace = try deviceNetwork.forward(images)
    let output = try trace.scores()
    let forwardDone = clock.now
    let scores = (0..<trace.count).map { Scores(output[$0].scalars) }
    for (image, scores) in scores.enumerated() where !scores.logits.allSatisfy(\.isFinite) {
      throw ScoresError(image: image)
    }
    let targets = try scores.map { try choosing($0) }
    let relevance = try propagator.propagate(
      trace, from: Target.start(targets.map { [classStart == .one ? .one($0) : .logit($0)] }, scores: output))
    let done = clock.now
    return scores.indices.map { image in
      Explanation(
        scores: scores[image], target: targets[image], relevance: relevance.input[image], ledger: relevance.ledger,
        entry: image, forwardSeconds: (forwardDone - start) / .seconds(1),
        backwardSeconds: (done - forwardDone) / .seconds(1))
    }
  }
}

/// What the network says of one image.
public struct Scores: Sendable {
  /// One score a class, before any softmax.
  public let logits: [Float]

  public init(_ logits: [Float]) { self.logits = logits }

  /// Index of the highest score, the first of equal ones.
  public var topClass: Int { logits.indices.max { (logits[$0], -$0) < (logits[$1], -$1) } ?? 0 }

  /// Classes by falling score.
  public var ranking: [Int] { logits.indices.sorted { (-logits[$0], $0) < (-logits[$1], $1) } }

  /// Softmax of the scores, in Double.
  public var probabilities: [Double] {
    let largest = Double(logits.max() ?? 0)
    let exponentials = logits.map { Foundation.exp(Double($0) - largest) }
    let sum = exponentials.reduce(0, +)
    return exponentials.map { $0 / sum }
  }
}

/// Scores that are NaN or infinite.
public struct ScoresError: Error, CustomStringConvertible {
  public let image: Int
  public var description: String {
    "image \(image): the network's scores are NaN or infinite; do weights and preprocessing belong together?"
  }
}

/// Why the network gave one class its score, for one image.
public struct Explanation: Sendable {
  public let scores: Scores
  /// The class that was explained.
  public let target: Int
  /// `[C, H, W]`: every input number's share of the score.
  public let relevance: Tensor
  /// Conservation, layer by layer, of the batch; `entry` is this image's place in it.
  public let ledger: Ledger?
  public let entry: Int
  /// Of the whole batch.
  public let forwardSeconds: Double
  public let backwardSeconds: Double

  public var score: Float { scores.logits[target] }
}
