import Compute
import RelevancePropagation

/// A network on a device, made ready for one kind of work: what all benchmarks time.
final class Session {
  let work: Work
  private let run: (Tensor, [Int]?) throws -> Outcome

  struct Outcome {
    /// Host clock, from the images to the last result.
    var seconds: Double
    /// Of these, until the scores were there.
    var forwardSeconds: Double
    /// `[N · targets, C, H, W]`; nil for a forward pass.
    var relevance: [Tensor]
    var topClasses: [Int]
  }

  /// - Throws: what the explainer throws.
  /// - Precondition: the engine has the work's precision.
  init(_ subject: Subject, _ work: Work, on engine: Engine) throws {
    self.work = work
    switch work.kind {
    case .forward:
      let network = try DeviceNetwork(subject.network, on: engine, batch: work.batch, scoresOnly: true)
      run = { images, _ in
        let clock = ContinuousClock()
        let begin = clock.now
        let scores = try network.forward(images).scores()
        let seconds = (clock.now - begin) / .seconds(1)
        return Outcome(
          seconds: seconds, forwardSeconds: seconds, relevance: [],
          topClasses: (0..<images.shape[0]).map { Scores(scores[$0].scalars).topClass })
      }
    case .explain:
      let composite = try Preset.named(work.composite, profile: work.profile.map { try Profile.named($0) })
      let (low, high) = (subject.preprocessing.low, subject.preprocessing.high)
      let explainer = try Explainer(
        subject.network, composite: composite, low: low, high: high, on: engine, batch: work.batch,
        options: PropagationOptions(targets: work.targets, ledger: work.ledger))
      run = { images, classes in
        let clock = ContinuousClock()
        let begin = clock.now
        let explanations = try explainer.explain(
          images, Self.choice(classes, work, images: images.shape[0], start: explainer.classStart))
        return Outcome(
          seconds: (clock.now - begin) / .seconds(1), forwardSeconds: explanations[0][0].forwardSeconds,
          relevance: explanations.flatMap { $0.map(\.relevance) },
          topClasses: explanations.map { $0[0].scores.topClass })
      }
    }
  }

  private static func choice(
    _ classes: [Int]?, _ work: Work, images: Int, start: Profile.Start
  ) -> TargetChoice {
    if let classes { return .given(Array(repeating: classes.map { .class($0, start) }, count: images)) }
    if work.targets == 1 { return .topClass(start) }
    return .chosen { $1.ranking.prefix(work.targets).map { .class($0, start) } }
  }

  /// - Parameter classes: of every image; by default those with the highest scores.
  func run(_ images: Tensor, classes: [Int]? = nil) throws -> Outcome { try run(images, classes) }
}

struct SessionError: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}
