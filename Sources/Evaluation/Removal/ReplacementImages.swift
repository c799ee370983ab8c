import Compute
import Foundation
import RelevancePropagation

/// Makes what stands in the place of removed pixels, for a group of images, on the device.
struct ReplacementImages {
  let engine: Engine
  /// `[C, H, W]` of an image.
  let shape: Shape
  /// What black and white become, per channel.
  let low: [Float]
  let high: [Float]

  private var channels: Int { shape[0] }
  private var area: Int { shape.count / shape[0] }

  /// r for every image in `x`, `[N, H, W, C]`, into `r`.
  func make(
    _ replacement: Replacement, of images: [RemovalImage], x: Buffer<Float>, into r: Buffer<Float>
  ) throws {
    switch replacement {
    case .zero: try affine(Array(repeating: 0, count: channels), 0, images.count, x, r)
    case .low: try affine(low, 0, images.count, x, r)
    case .negation: try affine(Array(repeating: 0, count: channels), -1, images.count, x, r)
    case .inversion: try affine(zip(low, high).map { $0 + $1 }, -1, images.count, x, r)
    case .mean:
      let means = try Buffer<Float>(count: images.count * channels, on: engine.queue, for: "means")
      try engine.launch(
        "channel_means", of: .evaluation, grid: Grid(channels, images.count), Int32(area), Int32(channels), x, means)
      try affine(means, stride: channels, 0, images.count, x, r)
    case .uniform(let seed):
      let keys = try Buffer(images.map { Self.key(seed, $0.key) }, on: engine.queue, for: "keys")
      try engine.launch(
        "replace_noise", of: .evaluation, grid: Grid(area, images.count), Int32(area), Int32(channels), keys,
        try buffer(low), try buffer(high), r)
    case .blur(let deviation): try blur(deviation, images.count, x, r)
    case .given:
      for (index, image) in images.enumerated() {
        guard let given = image.given, given.shape == shape else {
          throw EvaluationError(
            "replacement \"given\": expected an image \(shape) to put in the place of what is removed, found "
              + (image.given.map { "\($0.shape)" } ?? "none"))
        }
        try write(given, to: r, at: index)
      }
    }
  }

  /// Copies an image to place `index` of a buffer, channels last.
  func write(_ image: Tensor, to buffer: Buffer<Float>, at index: Int) throws {
    try engine.queue.write(image, to: buffer, entry: index)
  }

  /// Noise of one image under one seed: both mixed, so that neighbouring seeds share nothing.
  static func key(_ seed: UInt64, _ image: UInt64) -> UInt64 {
    var numbers = SplitMix64(seed: seed)
    return numbers.next() ^ image
  }

  private func buffer(_ numbers: [Float]) throws -> Buffer<Float> {
    precondition(numbers.count == channels, "\(numbers.count) bounds for \(channels) channels")
    return try Buffer(numbers, on: engine.queue, for: "bounds")
  }

  private func affine(_ offsets: [Float], _ scale: Float, _ count: Int, _ x: Buffer<Float>, _ r: Buffer<Float>) throws {
    try affine(buffer(offsets), stride: 0, scale, count, x, r)
  }

  private func affine(
    _ offsets: Buffer<Float>, stride: Int, _ scale: Float, _ count: Int, _ x: Buffer<Float>, _ r: Buffer<Float>
  ) throws {
    try engine.launch(
      "replace_affine", of: .evaluation, grid: Grid(area, count), Int32(area), Int32(channels), x, scale, offsets,
      Int32(stride), r)
  }

  /// A Gaussian cut at 3σ, its weights normalised in Double.
  private func blur(_ deviation: Float, _ count: Int, _ x: Buffer<Float>, _ r: Buffer<Float>) throws {
    guard deviation > 0, deviation.isFinite, shape.rank == 3 else {
      throw EvaluationError("blur of deviation \(deviation) pixels: expected a positive number, and an image [C, H, W]")
    }
    let reach = Int((3 * deviation).rounded(.up))
    let raw = (0...reach).map { exp(-0.5 * pow(Double($0) / Double(deviation), 2)) }
    let sum = raw[0] + 2 * raw.dropFirst().reduce(0, +)
    let weights = try Buffer(raw.map { Float($0 / sum) }, on: engine.queue, for: "weights")
    let between = try Buffer<Float>(count: count * shape.count, on: engine.queue, for: "blurred images")
    for (kernel, source, target) in [("blur_rows", x, between), ("blur_columns", between, r)] {
      try engine.launch(
        kernel, of: .evaluation, grid: Grid(area, count), Int32(area), Int32(channels), Int32(shape[2]), Int32(reach),
        weights, source, target)
    }
  }
}
