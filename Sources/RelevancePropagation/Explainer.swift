package import Compute

/// Explains images with one network and one composite: the whole path from pixels to relevance in one value.
///
/// ```swift
/// let engine = try Engine(device: Device.all()[0])
/// let explainer = try Explainer(network, composite: .named("seed"), low: low, high: high, on: engine)
/// let explanation = try explainer.explain(images) { $0.topClass }[0]
/// ```
/// It canonizes the network, assigns the rules, uploads the weights and plans all memory when it is made; explaining
/// classes allocates nothing on the device. Log-odds, differences and neurons start elsewhere: what they need beside is
/// made when they are first asked for, and shares weights and activations with the rest.
public final class Explainer {
  /// The network as it is explained: after the canonizers.
  public let network: Network
  public let rules: RuleTable
  /// What the explained class starts with.
  public let classStart: Profile.Start
  public let batch: Int
  public let options: PropagationOptions
  private let deviceNetwork: DeviceNetwork
  private let top: BackwardStart
  /// The last start that is not the network's own output.
  private var other: BackwardStart?

  /// - Parameters:
  ///   - low: lower bound of the input per channel, for the box rule (`Preprocessing.low`); `high` likewise.
  ///   - batch: images explained in one pass.
  /// - Throws: `NetworkError`, `UnsupportedLayer`, `RuleError`, `ComputeError`.
  public convenience init(
    _ network: Network, composite: Preset, low: [Float], high: [Float], on engine: Engine, batch: Int = 1,
    options: PropagationOptions = .init()
  ) throws {
    let canonized = try network.canonized()
    try self.init(
      canonized: canonized,
      rules: composite.composite(for: canonized, low: low, high: high).resolve(for: canonized),
      classStart: composite.start, on: engine, batch: batch, options: options)
  }

  /// - Parameter canonized: the network as it is explained, whose nodes `rules` names.
  /// - Throws: `UnsupportedLayer`, `ComputeError`.
  public init(
    canonized: Network, rules: RuleTable, classStart: Profile.Start = .logit, on engine: Engine, batch: Int = 1,
    options: PropagationOptions = .init()
  ) throws {
    network = canonized
    self.batch = batch
    self.classStart = classStart
    self.options = options
    self.rules = rules
    deviceNetwork = try DeviceNetwork(
      canonized, on: engine, batch: batch,
      rectifiedInPlace: VanishingRelevance(canonized, rules: rules).rectifiedInPlace(options))
    top = try BackwardStart(deviceNetwork, rules: rules, options: options)
  }

  /// Bytes on the device: weights, activations, relevance, modified weights.
  public var deviceBytes: Int {
    DeviceNetwork.bytes(of: network, batch: batch, on: deviceNetwork.engine) + top.propagator.bytes
  }

  /// Explains one class of every image of a batch.
  ///
  /// - Parameters:
  ///   - images: `[N, C, H, W]`, N ≤ `batch`, as the network reads them.
  ///   - choosing: the class to explain, from an image's scores.
  /// - Throws: what `choosing` throws; `RelevanceError` where relevance is not finite; `ComputeError`.
  public func explain(_ images: Tensor, choosing: (Scores) throws -> Int) throws -> [Explanation] {
    try explain(
      images,
      targets: {
        let index = try choosing($0)
        return [classStart == .one ? .one(index) : .logit(index)]
      }
    ).map { $0[0] }
  }

  /// Explains several targets of every image of a batch, which share its forward pass and all denominators.
  ///
  /// - Parameter targets: as many for every image as `options.targets` says, all at the scores or all at one layer.
  /// - Returns: per image, one explanation a target.
  /// - Throws: what `targets` throws; `TargetError` where a target does not fit the network or the others;
  ///   `RelevanceError` where relevance is not finite; `ComputeError`.
  public func explain(_ images: Tensor, targets: (Scores) throws -> [Target]) throws -> [[Explanation]] {
    try deviceNetwork.load(images)
    let batch = try explainInput(count: images.shape[0], targets: targets)
    let propagator = batch.start.propagator
    let entries = images.shape[0] * options.targets
    let input = try batch.relevance.map { try engine.queue.readEntries($0, entries, of: network.inputShape) }
    let layers = try propagator.readLayers(entries: entries)
    var activations: [String: Tensor] = [:]
    for name in layers.keys { activations[name] = try batch.trace.activation(of: name) }
    return batch.targets.indices.map { image in
      batch.targets[image].indices.map { position in
        let entry = image * options.targets + position
        return Explanation(
          scores: batch.scores[image], explained: batch.targets[image][position], value: batch.values[entry],
          start: batch.starts[entry], relevance: input?[entry] ?? Tensor(repeating: 0, shape: network.inputShape),
          layers: layers.mapValues { $0[entry] }, activations: activations.mapValues { $0[image] },
          ledger: batch.ledger, entry: entry, forwardSeconds: batch.forwardSeconds,
          backwardSeconds: batch.backwardSeconds, translation: nil)
      }
    }
  }

  /// Where a batch's images lie, channels last `[N, H, W, C]`, for kernels to write before `explainInput`.
  package var input: Buffer<Float> { deviceNetwork.input }

  package var engine: Engine { deviceNetwork.engine }

  /// Explains the first `count` images that lie in `input`; their relevance stays on the device.
  ///
  /// - Throws: as `explain(_:targets:)`.
  package func explainInput(count: Int, targets: (Scores) throws -> [Target]) throws -> ExplainedBatch {
    let clock = ContinuousClock()
    let begin = clock.now
    let trace = try deviceNetwork.forward(count: count)
    let output = try trace.scores()
    let forwardDone = clock.now
    let scores = try Self.scores(output)
    let targets = try scores.map(targets)
    for targets in targets { try check(targets) }
    let start = try beginning(of: targets)
    let (startTrace, relevanceThere) = try start.begin(trace, targets: targets, scores: output)
    let ledger = try start.propagator.run(startTrace, from: relevanceThere)
    let done = clock.now
    try deviceNetwork.requireUnchangedWeights()
    let values = try targets.enumerated().flatMap { image, targets in
      try targets.map { target in
        let inside = try target.layer.map { try startTrace.activation(of: $0)[image].scalars }
        return target.value(of: inside ?? scores[image].logits)
      }
    }
    return ExplainedBatch(
      scores: scores, targets: targets, values: values,
      starts: (0..<values.count).map { relevanceThere[$0].scalars.reduce(0) { $0 + Double($1) } }, ledger: ledger,
      relevance: start.propagator.inputRelevance, trace: startTrace, start: start,
      forwardSeconds: (forwardDone - begin) / .seconds(1), backwardSeconds: (done - forwardDone) / .seconds(1))
  }

  /// Scores of the first `count` images that lie in `input`, alone.
  ///
  /// - Throws: `ScoresError`, `ComputeError`.
  package func scoreInput(count: Int) throws -> [Scores] {
    try Self.scores(deviceNetwork.forward(count: count, scoresOnly: true).scores())
  }

  private static func scores(_ output: Tensor) throws -> [Scores] {
    try (0..<output.shape[0]).map { image in
      let scores = Scores(output[image].scalars)
      guard scores.logits.allSatisfy(\.isFinite) else { throw ScoresError(image: image) }
      return scores
    }
  }

  /// - Throws: `TargetError` for another number of targets than the options', and one that does not fit the network.
  func check(_ targets: [Target]) throws {
    guard targets.count == options.targets else {
      throw TargetError("\(targets.count) target(s) for an image; the explainer was made for \(options.targets)")
    }
    for target in targets { try target.check(classes: network.outputShape.count) }
  }

  /// Where these targets start: the output, another top layer, or a layer inside.
  private func beginning(of targets: [[Target]]) throws -> BackwardStart {
    let all = targets.flatMap { $0 }
    let layers = Set(all.map(\.layer))
    guard layers.count == 1, let layer = layers.first else {
      throw TargetError("targets of one pass start at one layer; explain scores and neurons, or two layers, one by one")
    }
    guard layer != nil || all.contains(where: \.needsHead) else { return top }
    var distinct: [Target] = []
    for target in all where !distinct.contains(target) { distinct.append(target) }
    if let other, other.serves(distinct, layer: layer) { return other }
    other = nil  // gives its memory back first
    let made =
      try layer.map { try BackwardStart(at: $0, of: deviceNetwork, rules: rules, options: options) }
      ?? BackwardStart(for: distinct, of: deviceNetwork, rules: rules, options: options)
    other = made
    return made
  }
}
