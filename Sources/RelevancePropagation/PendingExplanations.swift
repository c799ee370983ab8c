internal import Compute

/// Explanations of a batch that the device works on.
///
/// `explanations()` waits for them. A batch that is begun before is explained first; one whose explanations nobody asks for
/// is computed all the same.
public final class PendingExplanations {
  /// Nil when its results have been taken.
  private var pass: EnqueuedPass?
  private let explainer: Explainer
  /// Where the results come to by themselves, with the event after which they are there; nil where they are fetched when they
  /// are asked for.
  private let fetched: (slot: Transfers.Slot, event: Event)?
  private var result: Result<[[Explanation]], any Error>?

  init(_ pass: EnqueuedPass, of explainer: Explainer, fetched: (slot: Transfers.Slot, event: Event)?) {
    (self.pass, self.explainer, self.fetched) = (pass, explainer, fetched)
  }

  /// - Returns: per image, one explanation a target.
  /// - Throws: as `Explainer.explain`.
  public func explanations() throws -> [[Explanation]] {
    collect()
    return try result!.get()
  }

  /// Takes the results from where the next batch's come to.
  func collect() {
    guard let pass else { return }
    result = Result { try found(pass) }
    self.pass = nil
    explainer.lastEnd = .now
  }

  private func found(_ pass: EnqueuedPass) throws -> [[Explanation]] {
    let begin = max(pass.begin, explainer.lastEnd ?? pass.begin)
    let chosen = try pass.targets()
    let (propagator, shape, entries) = (pass.propagator, explainer.network.inputShape, pass.entries)
    let ledger: Ledger?
    var input: [Tensor]?
    if let fetched {
      try fetched.event.wait()
      ledger = try propagator.partials.map { _ in
        let partials = fetched.slot.partials!.elements[..<propagator.partialCount(entries: entries)]
        return try propagator.ledger(of: Array(partials), entries: entries)
      }
    } else {
      ledger = try propagator.readLedger(entries: entries)
    }
    let done = ContinuousClock.now
    try explainer.deviceNetwork.requireUnchangedWeights()
    if let relevance = propagator.inputRelevance {
      if let fetched {
        input = ChannelsLast.tensors(
          UnsafeBufferPointer(rebasing: fetched.slot.relevance.elements[..<(entries * shape.count)]), of: shape)
      } else {
        input = try explainer.engine.queue.readEntries(relevance, entries, of: shape)
      }
    }
    let layers = try propagator.readLayers(entries: entries)
    var activations: [String: Tensor] = [:]
    for name in layers.keys { activations[name] = try pass.trace.activation(of: name) }
    return chosen.targets.indices.map { image in
      chosen.targets[image].indices.map { position in
        let entry = image * propagator.options.targets + position
        return Explanation(
          scores: chosen.scores[image], explained: chosen.targets[image][position], value: chosen.values[entry],
          start: chosen.starts[entry], relevance: input?[entry] ?? Tensor(repeating: 0, shape: shape),
          layers: layers.mapValues { $0[entry] }, activations: activations.mapValues { $0[image] },
          ledger: ledger, entry: entry, forwardSeconds: max(chosen.time - begin, .zero) / .seconds(1),
          backwardSeconds: (done - chosen.time) / .seconds(1), translation: nil)
      }
    }
  }
}
