import Compute
import RelevancePropagation

/// Removes units of images on the device and asks the network after every step; only the target's scores come back.
///
/// Where a step changes one pixel or patch, the network is computed anew only where the change can reach (`LocalForward`),
/// the entries of a group side by side; otherwise all steps of all entries are images of their own. A curve is the same, to
/// the bit, whatever stands beside it and however large the batch.
public final class RemovalRunner {
  /// How the perturbed images are run.
  public enum Way: Sendable, CaseIterable {
    /// Windows where they spare work.
    case automatic
    /// Every perturbed image by itself.
    case whole
  }

  /// After the canonizers.
  public let network: Network
  public let engine: Engine
  /// Images in one pass.
  public let batch: Int
  private let device: DeviceNetwork
  private let replacements: ReplacementImages
  private var local: [Int: LocalForward?] = [:]

  /// - Parameters:
  ///   - low: what black becomes, per channel (`Preprocessing.low`); `high` likewise.
  ///   - batch: images in one pass.
  /// - Throws: `NetworkError`, `UnsupportedLayer`, `ComputeError`; `EvaluationError` for a network that reads no image.
  public init(_ network: Network, low: [Float], high: [Float], on engine: Engine, batch: Int = 32) throws {
    self.network = try network.canonized()
    self.engine = engine
    self.batch = batch
    let shape = self.network.inputShape
    guard shape.rank == 3 else {
      throw EvaluationError("the network reads \(shape); pixels can be removed from an image [C, H, W] alone")
    }
    guard low.count == shape[0], high.count == shape[0] else {
      throw EvaluationError("\(low.count) and \(high.count) bounds for \(shape[0]) channels; give one a channel")
    }
    device = try DeviceNetwork(self.network, on: engine, batch: batch, scoresOnly: true)
    replacements = ReplacementImages(engine: engine, shape: shape, low: low, high: high)
  }

  /// What the network says of images, `[C, H, W]` each, any number.
  public func scores(_ images: [Tensor]) throws -> [Scores] {
    try stride(from: 0, to: images.count, by: batch).flatMap { begin in
      let group = Array(images[begin..<min(begin + batch, images.count)])
      let scores = try device.forward(.stack(group)).scores()
      return group.indices.map { Scores(scores[$0].scalars) }
    }
  }

  /// The curves of `entries`, in their order.
  ///
  /// - Throws: `EvaluationError` where an image, a sequence or a target does not fit, and where scores are not finite.
  public func curves(
    _ entries: [RemovalEntry], of images: [RemovalImage], _ removal: Removal, way: Way = .automatic
  ) throws -> [RemovalCurve] {
    let shape = network.inputShape
    let steps = try removal.steps(height: shape[1], width: shape[2])
    try check(entries, images, units: steps * removal.unitsPerStep, of: removal.unit)
    let windows = way == .automatic && removal.unitsPerStep == 1 ? try localForward(edge: removal.unit.edge) : nil
    return try stride(from: 0, to: entries.count, by: batch).flatMap { begin in
      let group = Array(entries[begin..<min(begin + batch, entries.count)])
      let memory = try GroupMemory(group, of: images, removal, steps: steps, replacements, on: engine)
      if let windows {
        try run(memory, removal, steps, windows)
      } else {
        try run(memory, removal, steps)
      }
      return try read(memory, group, steps)
    }
  }

  private func check(_ entries: [RemovalEntry], _ images: [RemovalImage], units: Int, of unit: RemovalUnit) throws {
    let shape = network.inputShape
    let all = unit.count(height: shape[1], width: shape[2])
    for (index, image) in images.enumerated() {
      guard image.tensor.shape == shape else {
        throw EvaluationError("image \(index): expected \(shape) as the network reads, found \(image.tensor.shape)")
      }
      // Rectifiers take NaN for 0: the scores would not tell.
      guard image.tensor.firstNonFinite == nil else {
        throw EvaluationError("image \(index): it holds NaN or infinite numbers; check how it was preprocessed")
      }
    }
    for entry in entries {
      precondition(images.indices.contains(entry.image), "image \(entry.image) of \(images.count)")
      guard (0..<network.outputShape.count).contains(entry.target) else {
        throw EvaluationError("class \(entry.target): the network has classes 0 to \(network.outputShape.count - 1)")
      }
      guard entry.sequence.count >= min(units, all), entry.sequence.allSatisfy({ (0..<Int32(all)).contains($0) }) else {
        throw EvaluationError(
          "an order of \(entry.sequence.count) units: expected \(min(units, all)) of 0 to \(all - 1), for the steps asked for"
        )
      }
    }
  }

  private func localForward(edge: Int) throws -> LocalForward? {
    if let known = local[edge] { return known }
    let made = try LocalForward(device, edge: edge)
    local[edge] = made
    return made
  }

  /// Every step of every entry as an image.
  private func run(_ memory: GroupMemory, _ removal: Removal, _ steps: Int) throws {
    let shape = network.inputShape
    let area = shape[1] * shape[2]
    let pairs = memory.entries * (steps + 1)
    for first in stride(from: 0, to: pairs, by: batch) {
      let count = min(batch, pairs - first)
      try engine.launch(
        "removed_images", of: .evaluation, grid: Grid(area, count), Int32(area), Int32(shape[0]), Int32(steps),
        Int32(removal.unitsPerStep), Int32(first), memory.x, memory.r, memory.images, memory.ranks, device.input)
      _ = try device.forward(count: count)
      try scores(memory, count, first: first, stride: 1, steps)
    }
  }

  /// The steps one after the other, of all entries at once.
  private func run(_ memory: GroupMemory, _ removal: Removal, _ steps: Int, _ windows: LocalForward) throws {
    let shape = network.inputShape
    let area = shape[1] * shape[2]
    let edge = removal.unit.edge
    let count = memory.entries
    // The images as they are: nothing has gone by step 0, whatever the ranks.
    try engine.launch(
      "removed_images", of: .evaluation, grid: Grid(area, count), Int32(area), Int32(shape[0]), Int32(0), Int32(0),
      Int32(0), memory.x, memory.r, memory.images, memory.ranks, device.input)
    _ = try device.forward(count: count)
    try scores(memory, count, first: 0, stride: steps + 1, steps)
    for step in 1...steps {
      try engine.launch(
        "remove_unit", of: .evaluation, grid: Grid(edge * edge, count), Int32(shape[1]), Int32(shape[2]),
        Int32(shape[0]),
        Int32(edge), Int32(removal.unit.count(along: shape[2])), Int32(steps), Int32(step), memory.r, memory.images,
        memory.sequence, memory.units, device.input)
      _ = try windows.update(count: count, units: memory.units)
      try scores(memory, count, first: step, stride: steps + 1, steps)
    }
  }

  private func scores(_ memory: GroupMemory, _ count: Int, first: Int, stride: Int, _ steps: Int) throws {
    try engine.launch(
      "target_scores", of: .evaluation, grid: Grid(count), Int32(count), Int32(network.outputShape.count), Int32(steps),
      Int32(first), Int32(stride), device.output, memory.targets, memory.curve)
  }

  private func read(_ memory: GroupMemory, _ group: [RemovalEntry], _ steps: Int) throws -> [RemovalCurve] {
    let points = try engine.queue.read(memory.curve, count: group.count * (steps + 1))
    return try group.indices.map { entry in
      let curve = points[entry * (steps + 1)..<(entry + 1) * (steps + 1)]
      guard curve.allSatisfy({ $0.x.isFinite && !$0.y.isNaN }) else {
        throw EvaluationError(
          "image \(group[entry].image): the network's scores are NaN or infinite; do weights and preprocessing belong together?"
        )
      }
      return RemovalCurve(logits: curve.map { Double($0.x) }, probabilities: curve.map { 1 / (1 + Double($0.y)) })
    }
  }
}
