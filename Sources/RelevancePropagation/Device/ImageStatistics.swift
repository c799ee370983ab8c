internal import Compute

/// What relative stabilizers need of their denominators: one number an image, on the device, with the memory its sums take.
///
/// √mean z², or the standard deviation. A statistic is of one image, never of a batch, and its sum has a fixed order.
struct ImageStatistics {
  /// The latest, `[N]`.
  let values: Buffer<Float>
  /// `[N][chunks]`.
  private let partial: Buffer<Float>
  /// Of an image, partial sums that are there: 0 between launches.
  private let arrivals: Buffer<Int32>

  init(images: Int, on engine: Engine) throws {
    values = try Buffer(count: images, on: engine.queue, for: "statistics")
    partial = try Buffer(count: images * Engine.chunks, on: engine.queue, for: "partial sums")
    arrivals = try Buffer([Int32](repeating: 0, count: images), on: engine.queue, for: "partial sums that are there")
  }

  /// Enqueues the statistic of the first `images` images' z, `count` numbers each.
  func make(
    _ kind: Stabilizer.Statistic, of z: Buffer<Float>, count: Int, images: Int, on engine: Engine
  ) throws {
    if kind == .deviation { try moment(z, count, images, centred: false, squared: false, on: engine) }
    try moment(z, count, images, centred: kind == .deviation, squared: true, on: engine)
  }

  /// Mean of z, or the root of the mean of its squares about 0 or about the mean that is in `values`.
  private func moment(
    _ z: Buffer<Float>, _ count: Int, _ images: Int, centred: Bool, squared: Bool, on engine: Engine
  ) throws {
    let (isCentred, isSquared) = (Int32(centred ? 1 : 0), Int32(squared ? 1 : 0))
    guard engine.family == .cpu else {
      try engine.reduce("partial_moment", entries: images, Int32(count), z, isCentred, isSquared, values, partial)
      return try engine.mean(partial, of: count, images: images, root: squared, into: values)
    }
    try engine.launch(
      engine.tuned(.tile), "moment_of_chunks", groups: Grid(Engine.chunks, images), items: 1,
      [Int32(count), z, isCentred, isSquared, isSquared, values, partial, arrivals, values])
  }
}
