package import Compute

/// The passes that explanations are made of.
extension Explainer {
  /// Where a batch's images lie, channels last `[N, H, W, C]`, for kernels to write before `explainInput`.
  package var input: Buffer<Float> { deviceNetwork.input }

  package var engine: Engine { deviceNetwork.engine }

  /// Explains the first `count` images that lie in `input`; their relevance stays on the device.
  ///
  /// - Throws: as `explain`.
  package func explainInput(count: Int, _ choice: TargetChoice) throws -> ExplainedBatch {
    takeResults()
    let pass = try enqueue(count: count, choice)
    let chosen = try pass.targets()
    let ledger = try pass.propagator.readLedger(entries: pass.entries)
    let done = ContinuousClock.now
    try deviceNetwork.requireUnchangedWeights()
    return ExplainedBatch(
      scores: chosen.scores, targets: chosen.targets, values: chosen.values, starts: chosen.starts, ledger: ledger,
      relevance: pass.propagator.inputRelevance, forwardSeconds: (chosen.time - pass.begin) / .seconds(1),
      backwardSeconds: (done - chosen.time) / .seconds(1))
  }

  /// Scores of the first `count` images that lie in `input`, alone.
  ///
  /// - Throws: `ScoresError`, `ComputeError`.
  package func scoreInput(count: Int) throws -> [Scores] {
    takeResults()
    return try PendingScores.checked(deviceNetwork.forward(count: count, scoresOnly: true).scores())
  }

  /// The results of a batch that was begun, before another writes to where they lie.
  func takeResults() {
    if let transfers { transfers.slot.owner?.collect() } else { pending?.collect() }
  }

  /// Enqueues the passes over the first `count` images in `input`. Where the device chooses, nothing waits.
  func enqueue(count: Int, _ choice: TargetChoice) throws -> EnqueuedPass {
    let begin = ContinuousClock.now
    let queue = engine.queue
    let trace = try deviceNetwork.forward(count: count)
    let scores = try PendingScores(of: count, from: deviceNetwork, into: transfers?.slot.scores ?? scoresMemory)
    try queue.flush()
    let output = network.outputShape
    if options.targets == 1, !ChannelsLast.moves(output), let start = choice.classStart(images: count) {
      if let index = start.index { try check([.logit(index)]) }
      try transfers?.holdBackward()
      try top.propagator.enqueue(trace) { relevance in
        try queue.labelled("\(network.outputName) backward") {
          try start.write(deviceNetwork.output, count: output.count, images: count, into: relevance, on: engine)
        }
      }
      try queue.flush()
      return EnqueuedPass(
        trace: trace, propagator: top.propagator, begin: begin, scores: scores, chosen: nil, choice: choice)
    }
    let tensor = try scores.tensor()
    let found = try PendingScores.checked(tensor)
    let targets = try found.enumerated().map { try choice.targets(image: $0, scores: $1) }
    for targets in targets { try check(targets) }
    let start = try beginning(of: targets)
    let (startTrace, relevance) = try start.begin(trace, targets: targets, scores: tensor)
    let chosen = try ChosenTargets(scores: found, targets: targets, trace: startTrace, start: relevance)
    try transfers?.holdBackward()
    try start.propagator.enqueue(startTrace, from: relevance)
    try queue.flush()
    return EnqueuedPass(
      trace: startTrace, propagator: start.propagator, begin: begin, scores: scores, chosen: chosen, choice: choice)
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
