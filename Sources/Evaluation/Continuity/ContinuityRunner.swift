import Compute
import RelevancePropagation

/// Moves images, explains the copies and compares them on the device; only the distances come back.
public final class ContinuityRunner {
  private let runner: MethodRunner
  public let shifts: [Shift]
  private let fill: Buffer<Float>?
  private let source: Buffer<Float>
  /// All copies and their relevance, `[T, H, W, C]`.
  private let copies: Buffer<Float>
  private let relevance: Buffer<Float>
  private let pairs: Buffer<SIMD2<Int32>>
  private let partials: Buffer<SIMD2<Float>>

  private var engine: Engine { runner.engine }
  private var shape: Shape { runner.network.inputShape }

  /// - Parameters:
  ///   - shifts: at least two, in the order of the path that the image takes.
  ///   - border: what copies show where the image has no pixels.
  /// - Throws: `EvaluationError` for fewer than two shifts, or one that leaves nothing of the image.
  public init(_ runner: MethodRunner, shifts: [Shift], border: TranslationBorder = .edge) throws {
    (self.runner, self.shifts) = (runner, shifts)
    let (shape, queue) = (runner.network.inputShape, runner.engine.queue)
    guard shape.rank == 3 else {
      throw EvaluationError("the network reads \(shape), no image [C, H, W] that can be moved")
    }
    guard Set(shifts).count > 1 else {
      throw EvaluationError("continuity compares copies of an image: give at least two different shifts")
    }
    for shift in shifts where abs(shift.dy) >= shape[1] || abs(shift.dx) >= shape[2] {
      throw EvaluationError("shift \(shift): nothing is left of an image of \(shape[1]) × \(shape[2]) pixels")
    }
    switch border {
    case .edge: fill = nil
    case .zero: fill = try Buffer(Array(repeating: 0, count: shape[0]), on: queue, for: "border")
    case .low(let low):
      guard low.count == shape[0] else { throw EvaluationError("a border of \(low.count) channels for \(shape[0])") }
      fill = try Buffer(low, on: queue, for: "border")
    case .crop: throw EvaluationError("continuity moves the network's own input; take the border edge, zero or low")
    }
    source = try Buffer(count: shape.count, on: queue, for: "an image")
    copies = try Buffer(count: shifts.count * shape.count, on: queue, for: "moved images")
    relevance = try Buffer(count: shifts.count * shape.count, on: queue, for: "their relevance")
    // Neighbours first.
    let all = shifts.indices.flatMap { i in (i + 1..<shifts.count).map { SIMD2(Int32(i), Int32($0)) } }
    pairs = try Buffer(
      all.filter { $0.y == $0.x + 1 } + all.filter { $0.y != $0.x + 1 }, on: queue, for: "pairs of copies")
    partials = try Buffer(count: pairs.count * Self.chunks, on: queue, for: "distances")
  }

  /// Partial sums a pair, as the engine compiles the kernels.
  private static let chunks = Engine.chunks

  /// - Parameters:
  ///   - image: `[C, H, W]`.
  ///   - target: the class that is explained in every copy.
  /// - Throws: `EvaluationError` where the image does not change when it moves, and where relevance is not finite.
  public func continuity(of image: Tensor, class target: Int) throws -> Continuity {
    guard image.shape == shape else { throw EvaluationError("expected an image \(shape), found \(image.shape)") }
    try engine.queue.write(image, to: source, entry: 0)
    for (place, shift) in shifts.enumerated() {
      try engine.translate(source, image: 0, of: shape, by: shift, fill: fill, into: copies, at: place)
    }
    return try measured(class: target)
  }

  /// The same of copies that were made already, one for each shift.
  package func continuity(ofCopies images: [Tensor], class target: Int) throws -> Continuity {
    precondition(images.count == shifts.count, "\(images.count) copies for \(shifts.count) shifts")
    for (place, image) in images.enumerated() { try engine.queue.write(image, to: copies, entry: place) }
    return try measured(class: target)
  }

  private func measured(class target: Int) throws -> Continuity {
    var scores: [Double] = []
    for first in stride(from: 0, to: shifts.count, by: runner.batch) {
      let count = min(runner.batch, shifts.count - first)
      try copy(copies, from: first, to: runner.input, at: 0, count: count)
      let explained = try runner.explainInput(count: count, class: target)
      scores += explained.scores
      guard let found = explained.relevance else {
        throw EvaluationError("the rules let no relevance reach the input: there is nothing to compare")
      }
      try copy(found, from: 0, to: relevance, at: first, count: count)
    }
    let area = shape[1] * shape[2]
    try engine.launch(
      "pair_distances", of: .evaluation, grid: Grid(Self.chunks, pairs.count), Int32(area), Int32(shape[0]), copies,
      relevance, pairs, partials)
    let sums = try engine.queue.read(partials, count: partials.count)
    let ratios = (0..<pairs.count).map { pair -> Double? in
      let chunks = sums[pair * Self.chunks..<(pair + 1) * Self.chunks]
      let (maps, images) = chunks.reduce((0.0, 0.0)) { ($0.0 + Double($1.x), $0.1 + Double($1.y)) }
      return images > 0 ? maps / images.squareRoot() : nil
    }
    let defined = ratios.compactMap(\.self)
    guard defined.allSatisfy(\.isFinite) else {
      throw EvaluationError("the relevance of a moved copy is NaN or infinite")
    }
    guard let largest = defined.max(), let neighbours = ratios.prefix(shifts.count - 1).compactMap(\.self).max() else {
      throw EvaluationError(
        "the image does not change when it is moved: it has one colour, and continuity is not defined")
    }
    return Continuity(
      largestOfNeighbours: neighbours, largest: largest, mean: defined.reduce(0, +) / Double(defined.count),
      scores: scores)
  }

  /// Images of a buffer to places of another.
  private func copy(_ from: Buffer<Float>, from first: Int, to target: Buffer<Float>, at place: Int, count: Int) throws
  {
    for index in 0..<count {
      try engine.translate(
        from, image: first + index, of: shape, by: .none, fill: nil, into: target, at: place + index)
    }
  }
}
