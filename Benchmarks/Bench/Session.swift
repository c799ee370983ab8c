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

  /// - Throws: what the explainer throws; `SessionError` for a precision that is not built.
  init(_ subject: Subject, _ work: Work, on engine: Engine) throws {
    guard work.precision == "accurate" else {
      throw SessionError("precision \(work.precision): not built; there is accurate")
    }
    self.work = work
    switch work.kind {
    case .forward:
      let network = try DeviceNetwork(subject.network, on: engine, batch: work.batch)
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
          images,
          targets: { scores in
            (classes ?? Array(scores.ranking.prefix(work.targets))).map {
              explainer.classStart == .one ? .one($0) : .logit($0)
            }
          })
        return Outcome(
          seconds: (clock.now - begin) / .seconds(1), forwardSeconds: explanations[0][0].forwardSeconds,
          relevance: explanations.flatMap { $0.map(\.relevance) },
          topClasses: explanations.map { $0[0].scores.topClass })
      }
    }
  }

  /// - Parameter classes: of every image; by default those with the highest scores.
  func run(_ images: Tensor, classes: [Int]? = nil) throws -> Outcome { try run(images, classes) }
}

struct SessionError: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}
