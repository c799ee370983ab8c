import Compute
import RelevancePropagation

/// Explains images by one method, in batches, for scores to judge: one class of every image.
///
/// Images may be written into `input` by kernels and relevance read where it is, channels last; LRP's never leaves the device
/// then. A baseline runs through the host.
public final class MethodRunner {
  /// What is judged, in words.
  public let label: String
  /// After the canonizers.
  public let network: Network
  public let batch: Int
  package let engine: Engine
  private let way: Way

  private enum Way {
    case propagation(Explainer)
    case attribution(any AttributionMethod, GradientModel, input: Buffer<Float>, relevance: Buffer<Float>)
  }

  /// - Parameters:
  ///   - low: what black becomes, per channel (`Preprocessing.low`); `high` likewise.
  ///   - batch: images explained in one pass; a baseline's variants of one image.
  /// - Throws: `NetworkError`, `UnsupportedLayer`, `RuleError`, `ComputeError`.
  public init(
    _ method: Method, of network: Network, low: [Float], high: [Float], on engine: Engine, batch: Int = 8
  ) throws {
    let canonized = try network.canonized()
    (label, self.network, self.engine, self.batch) = (method.label, canonized, engine, batch)
    switch method {
    case .composite(let preset):
      way = .propagation(
        try Explainer(
          canonized, composite: preset, low: low, high: high, on: engine, batch: batch, options: .init(ledger: false)))
    case .baseline(let baseline):
      let count = batch * canonized.inputShape.count
      way = .attribution(
        baseline, try GradientModel(canonized, on: engine, batch: batch),
        input: try Buffer(count: count, on: engine.queue, for: "images"),
        relevance: try Buffer(count: count, on: engine.queue, for: "relevance"))
    }
  }

  /// LRP with these rules, for a composite that has no preset.
  package init(_ label: String, canonized: Network, rules: RuleTable, on engine: Engine, batch: Int) throws {
    (self.label, network, self.engine, self.batch) = (label, canonized, engine, batch)
    way = .propagation(
      try Explainer(canonized: canonized, rules: rules, on: engine, batch: batch, options: .init(ledger: false)))
  }

  /// Relevance `[C, H, W]` of one class of every image.
  ///
  /// - Parameters:
  ///   - images: `[C, H, W]` each, any number.
  ///   - classes: one an image.
  public func relevance(of images: [Tensor], classes: [Int]) throws -> [Tensor] {
    precondition(images.count == classes.count, "\(classes.count) classes for \(images.count) images")
    return try stride(from: 0, to: images.count, by: batch).flatMap { begin in
      let range = begin..<min(begin + batch, images.count)
      let stack = Tensor.stack(Array(images[range]))
      switch way {
      case .propagation(let explainer):
        return try explainer.explain(stack, .given(classes[range].map { [.class($0, explainer.classStart)] })).map {
          $0[0].relevance
        }
      case .attribution(let baseline, let model, _, _):
        let relevance = try baseline.attribute(stack, targets: classes[range].map { .logit($0) }, with: model)
        return range.indices.map { relevance[$0 - begin] }
      }
    }
  }

  /// Where a batch's images lie, channels last `[N, H, W, C]`, for kernels to write before `explainInput`.
  package var input: Buffer<Float> {
    switch way {
    case .propagation(let explainer): explainer.input
    case .attribution(_, _, let input, _): input
    }
  }

  /// Explains the first `count` images that lie in `input`, all for one class.
  ///
  /// - Returns: relevance `[N, H, W, C]`, nil where it is 0 everywhere, and the class's scores. Valid until the next call.
  package func explainInput(count: Int, class target: Int) throws -> (relevance: Buffer<Float>?, scores: [Double]) {
    switch way {
    case .propagation(let explainer):
      let targets = Array(repeating: [Target.class(target, explainer.classStart)], count: count)
      let batch = try explainer.explainInput(count: count, .given(targets))
      return (batch.relevance, batch.scores.map { Double($0.logits[target]) })
    case .attribution(let baseline, let model, let input, let relevance):
      let images = try engine.queue.read(input, entries: count, of: network.inputShape)
      let targets = Array(repeating: Target.logit(target), count: count)
      let found = try baseline.attribute(images, targets: targets, with: model)
      for index in 0..<count { try engine.queue.write(found[index], to: relevance, entry: index) }
      return (relevance, try model.values(images, targets))
    }
  }
}
