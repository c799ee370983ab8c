internal import Compute
import RelevancePropagation

/// A batch of windows that was explained: relevance on the device, numbers on the host.
struct ExplainedWindows {
  /// `[slots, H, W, C]`.
  let relevance: Buffer<Float>
  /// The class of every slot, where there is one.
  let targets: [Int?]
  let numbers: [WindowRecord.Numbers]
}

/// Explains windows that were cut into an explainer's input.
final class WindowExplaining {
  private let sums: WindowSums
  /// In the place of relevance that no rule lets through.
  private var zeros: Buffer<Float>?

  init(on engine: Engine) throws { sums = try WindowSums(on: engine) }

  /// - Parameters:
  ///   - windows: the windows' pixels on the map, by slot.
  ///   - choice: of the slots' targets, one each.
  /// - Throws: `ScanError` naming the window whose scores are not finite; what explaining throws.
  func explain(
    _ windows: [PixelRectangle], with explainer: Explainer, _ choice: TargetChoice
  ) throws -> ExplainedWindows {
    let batch: ExplainedBatch
    do {
      batch = try explainer.explainInput(count: windows.count, choice)
    } catch let error as ScoresError {
      let window = windows[error.image]
      throw ScanError(
        "window at x \(window.x), y \(window.y) of the map: the network's scores are NaN or infinite; do weights and "
          + "preprocessing belong together?")
    }
    let shape = explainer.network.inputShape
    let relevance = try batch.relevance ?? zeros(windows.count * shape.count, on: explainer.engine)
    let sums = try sums.sums(
      of: relevance, window: shape, inside: windows.map { Extent($0.height, $0.width) })
    let numbers = windows.indices.map { slot in
      WindowRecord.Numbers(
        score: batch.values[slot], start: batch.starts[slot], relevance: sums[slot].map, padding: sums[slot].padding,
        absorbed: batch.ledger?.absorbed(slot))
    }
    return ExplainedWindows(relevance: relevance, targets: batch.targets.map(\.[0].explainedClass), numbers: numbers)
  }

  private func zeros(_ count: Int, on engine: Engine) throws -> Buffer<Float> {
    if let zeros, zeros.count >= count { return zeros }
    let made = try Buffer([Float](repeating: 0, count: count), on: engine.queue, for: "no relevance")
    zeros = made
    return made
  }
}

extension Ledger {
  /// What biases, stabilizers and filters of all layers kept of an entry's relevance.
  fileprivate func absorbed(_ entry: Int) -> Double {
    layers.reduce(0) { $0 + $1.bias[entry] + $1.stabilizer[entry] + $1.filter[entry] }
  }
}

extension Target {
  fileprivate var explainedClass: Int? {
    switch self {
    case .logit(let index), .one(let index): index
    default: nil
    }
  }
}
