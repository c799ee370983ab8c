internal import Compute

/// A forward and a backward pass over a batch that the device has been given, of which the host has seen the scores at most.
struct EnqueuedPass {
  let trace: Trace
  let propagator: Propagator
  /// When it was enqueued.
  let begin: ContinuousClock.Instant
  let scores: PendingScores
  /// What the host has chosen already; nil where the device has.
  let chosen: ChosenTargets?
  let choice: TargetChoice

  var entries: Int { trace.count * propagator.options.targets }

  /// Waits for the scores; the device may be far behind them.
  ///
  /// - Throws: `ScoresError`; what the choice throws; `ComputeError`.
  func targets() throws -> ChosenTargets {
    if let chosen { return chosen }
    let scores = try scores.wait()
    return try ChosenTargets(
      scores: scores, targets: scores.enumerated().map { try choice.targets(image: $0, scores: $1) })
  }
}

/// Scores of a batch on their way to the host.
struct PendingScores {
  let memory: StagingMemory<Float>
  let images: Int
  let shape: Shape
  private let there: Event

  /// Enqueues the copy of the first `images` images' scores.
  init(of images: Int, from network: DeviceNetwork, into memory: StagingMemory<Float>) throws {
    (self.memory, self.images, shape) = (memory, images, network.network.outputShape)
    there = try network.engine.queue.read(network.output, count: images * shape.count, into: memory)
  }

  /// - Throws: `ComputeError`.
  func tensor() throws -> Tensor {
    try there.wait()
    return ChannelsLast.tensor(
      UnsafeBufferPointer(rebasing: memory.elements[..<(images * shape.count)]), entries: images, entry: shape)
  }

  /// - Throws: `ScoresError` for scores that are not finite; `ComputeError`.
  func wait() throws -> [Scores] { try Self.checked(tensor()) }

  static func checked(_ output: Tensor) throws -> [Scores] {
    try (0..<output.shape[0]).map { image in
      let scores = Scores(output[image].scalars)
      guard scores.logits.allSatisfy(\.isFinite) else { throw ScoresError(image: image) }
      return scores
    }
  }
}

/// What is explained of every image of a batch, and its value. Entries are the targets of image 0, then those of image 1, ….
struct ChosenTargets {
  let scores: [Scores]
  let targets: [[Target]]
  /// f(z) of every entry's target.
  let values: [Double]
  /// Relevance that every entry starts from, summed.
  let starts: [Double]
  /// When the host had the scores.
  let time = ContinuousClock.now
}

extension ChosenTargets {
  /// Targets at the network's own output.
  init(scores: [Scores], targets: [[Target]]) {
    let pairs = zip(scores, targets).flatMap { scores, targets in targets.map { (scores.logits, $0) } }
    self.init(
      scores: scores, targets: targets, values: pairs.map { $1.value(of: $0) },
      starts: pairs.map { Self.sum($1.relevance(for: $0)) })
  }

  /// - Parameters:
  ///   - trace: of the network the relevance starts in; inside it lie the layers of neurons.
  ///   - start: `[N · targets, …]`.
  init(scores: [Scores], targets: [[Target]], trace: Trace, start: Tensor) throws {
    let values = try targets.enumerated().flatMap { image, targets in
      try targets.map { target in
        let inside = try target.layer.map { try trace.activation(of: $0)[image].scalars }
        return target.value(of: inside ?? scores[image].logits)
      }
    }
    self.init(
      scores: scores, targets: targets, values: values, starts: (0..<values.count).map { Self.sum(start[$0].scalars) })
  }

  private static func sum(_ relevance: [Float]) -> Double { relevance.reduce(0) { $0 + Double($1) } }
}
