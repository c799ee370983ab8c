internal import Compute
internal import KernelSources

/// Moved copies of images, and sums over what came of them, on the device: a group of images at a time.
///
/// One launch a copy, in the order of the shifts: every number sees the same operations whatever the batch.
final class ShiftedSums {
  let shape: Shape
  let images: Int
  private let engine: Engine
  private let targets: Int
  private let margin: Extent
  private let countsOutside: Bool
  private let source: Buffer<Float>
  /// What lies outside, per channel; nil for the nearest pixel.
  private let fill: Buffer<Float>?
  private let divisor: Buffer<Float>
  private let sum: Buffer<Float>
  private let error: Buffer<Float>
  private let map: Buffer<Float>
  private var deviation: Deviation?
  private let partials: Buffer<SIMD8<Float>>

  private struct Deviation {
    let count: Buffer<Int32>
    let mean: Buffer<Float>
    let squares: Buffer<Float>
    let variance: Buffer<Float>
  }

  /// - Parameters:
  ///   - shape: of the network's input, `[C, H, W]`.
  ///   - margin: pixels the source is larger by on each side.
  ///   - divisors: per pixel.
  ///   - copies: of one batch, at most.
  init(
    shape: Shape, images: Int, targets: Int, margin: Extent, fill: [Float]?, divisors: [Float], countsOutside: Bool,
    variance: Bool, copies: Int, on engine: Engine
  ) throws {
    (self.shape, self.images, self.targets, self.margin) = (shape, images, targets, margin)
    (self.engine, self.countsOutside) = (engine, countsOutside)
    let (queue, entries, area) = (engine.queue, images * targets, shape[1] * shape[2])
    source = try Buffer(
      count: images * shape[0] * (shape[1] + 2 * margin.vertical) * (shape[2] + 2 * margin.horizontal), on: queue,
      for: "images to be moved")
    self.fill = try fill.map { try Buffer($0, on: queue, for: "border") }
    divisor = try Buffer(divisors, on: queue, for: "divisors")
    func plane<Number>(_ count: Int, _ what: String) throws -> Buffer<Number> {
      try Buffer(count: entries * count, on: queue, for: what)
    }
    (sum, error) = (try plane(shape.count, "sum of heatmaps"), try plane(shape.count, "its error"))
    map = try plane(shape.count, "mean heatmap")
    if variance {
      deviation = Deviation(
        count: try plane(area, "numbers of heatmaps"), mean: try plane(area, "means of heatmaps"),
        squares: try plane(area, "squared deviations"), variance: try plane(area, "variance of heatmaps"))
    }
    partials = try Buffer(count: copies * targets * Engine.chunks, on: queue, for: "sums of heatmaps")
  }

  /// Bytes on the device for a group of images.
  static func bytes(shape: Shape, images: Int, targets: Int, margin: Extent, variance: Bool) -> Int {
    let (area, entries) = (shape[1] * shape[2], images * targets)
    let source = images * shape[0] * (shape[1] + 2 * margin.vertical) * (shape[2] + 2 * margin.horizontal)
    return MemoryLayout<Float>.stride * (source + entries * (3 * shape.count + (variance ? 4 * area : 0)) + area)
  }

  /// Puts a group of images `[N, C, H', W']` on the device, each larger than a copy by the margin.
  func load(_ images: Tensor) throws { try engine.queue.write(images, to: source) }

  /// Writes image `image`, moved, as image `place` of a batch.
  func copy(_ image: Int, moved shift: Shift, to place: Int, of batch: Buffer<Float>) throws {
    try engine.translate(
      source, image: image, of: shape, by: shift, margin: margin, fill: fill, into: batch, at: place)
  }

  /// Adds a copy's relevance, which its targets' entries of the batch hold, to its image's sums.
  func add(_ relevance: Buffer<Float>, copy: Int, of image: Int, movedBy shift: Shift, isFirst: Bool) throws {
    let grid = Grid(shape[1] * shape[2], targets)
    let numbers = [Int32(copy * targets), Int32(image * targets), Int32(isFirst ? 1 : 0)]
    try engine.launch(
      "add_shifted", of: .translation, grid: grid, geometry(shift), numbers[0], numbers[1], numbers[2], relevance, sum,
      error)
    guard let deviation else { return }
    try engine.launch(
      "add_deviation", of: .translation, grid: grid, geometry(shift), numbers[0], numbers[1], numbers[2],
      Int32(countsOutside ? 1 : 0), relevance, deviation.count, deviation.mean, deviation.squares)
  }

  /// Sums of a batch's relevance at the input, an entry each.
  func totals(of relevance: Buffer<Float>, entries: Int) throws -> [Double] {
    let launch = LedgerLaunch(count: shape.count, relevance: .stored(relevance))
    try engine.count(launch, entries: entries, into: partials)
    let values = try engine.queue.read(partials, count: entries * Engine.chunks)
    return LedgerSums.entries(entries, values[...]).map(\.relevance)
  }

  /// The maps `[images · targets, C, H, W]`, divided, and their variances `[images · targets, 1, H, W]` where they are kept.
  func finished(images: Int) throws -> (maps: Tensor, variances: Tensor?) {
    let (entries, area) = (images * targets, shape[1] * shape[2])
    try engine.launch(
      "shifted_mean", of: .translation, grid: Grid(shape.count, entries), Int32(shape.count), Int32(shape[0]), divisor,
      sum, error, map)
    if let deviation {
      try engine.launch(
        "shifted_variance", of: .translation, grid: Grid(area, entries), Int32(area), deviation.count,
        deviation.squares, deviation.variance)
    }
    return (
      try engine.queue.read(map, entries: entries, of: shape),
      try deviation.map { try engine.queue.read($0.variance, entries: entries, of: [1, shape[1], shape[2]]) }
    )
  }

  private func geometry(_ shift: Shift) -> ShiftGeometry { ShiftGeometry(shape, by: shift, margin: margin) }
}
