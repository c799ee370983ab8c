internal import Compute
internal import KernelSources

/// The weights of a dense layer as its CPU kernels read them (cpu/dense.h): a row of K numbers for every input.
struct WeightRows {
  let form: TileForm
  private let weight: Tensor
  private var outputs: Int { weight.shape[0] }
  private var features: Int { weight.shape[1] }

  /// - Parameter weight: `[K, F]`.
  init(_ weight: Tensor, on engine: Engine) {
    self.weight = weight
    form = TileForm(on: engine)
  }

  /// Numbers of a row, in whole vectors.
  var length: Int { Int(dense_length(Int32(outputs))) }

  /// The rows, from the weights as the network has them.
  func transposed(_ original: Buffer<Float>, on engine: Engine) throws -> Buffer<Float> {
    let rows = try Buffer<Float>(
      count: features * Int(dense_pitch(Int32(outputs))), on: engine.queue, for: "rows of weights")
    // Some outputs at a time, so that most of the weights are not in memory twice.
    let most = max(Self.together, Self.atOnce / features / Self.together * Self.together)
    for first in stride(from: 0, to: outputs, by: most) {
      let count = min(most, outputs - first)
      try engine.launch(
        form.kernel, "pack_dense",
        groups: Grid((features + 15) / 16, (count + Self.together - 1) / Self.together), items: 1,
        [Int32(features), Int32(outputs), Int32(first), original, rows])
      try engine.queue.finish()
      weight.forget(first * features..<(first + count) * features)
    }
    weight.letGo()
    return rows
  }

  /// Outputs that a work-item of `pack_dense` takes: the lines of memory it writes at each row are side by side.
  private static let together = 64

  /// Numbers that are packed before the pages they came from may go.
  private static let atOnce = 16 << 20
}
