internal import Compute
internal import KernelSources

/// The weights of a dense layer as its CPU kernels read them (cpu/dense.h): as the network has them, or, where speed is asked
/// for and reading them takes the time, in 24 bits a number (cpu/narrow.h).
struct WeightRows {
  let form: TileForm
  let isNarrow: Bool
  private let weight: Tensor

  /// - Parameter weight: `[K, F]`.
  init(_ weight: Tensor, on engine: Engine) {
    self.weight = weight
    form = TileForm(on: engine)
    isNarrow = Self.isNarrow(weight, engine.choice)
  }

  /// Fewer weights than these stay in a core's cache.
  private static let many = 1 << 19

  static func isNarrow(_ weight: Tensor, _ choice: KernelChoice) -> Bool {
    choice.family == .cpu && choice.precision == .fast && weight.count >= many
  }

  /// Numbers of a row that the kernels read together.
  var together: Int { isNarrow ? Int(NARROW_ENTRIES) : 16 }

  /// Words of the narrow form; 0 where the weights are read as they are.
  static func packedCount(_ weight: Tensor, _ choice: KernelChoice) -> Int {
    guard isNarrow(weight, choice) else { return 0 }
    let (blocks, rest) = weight.shape[1].quotientAndRemainder(dividingBy: Int(NARROW_ENTRIES))
    return weight.shape[0] * ((blocks * Int(NARROW_WORDS) + rest).roundedUp(to: 16) + 1)
  }

  /// ρ(w) as the kernels read it, made when it is first asked for.
  func numbers(_ parameters: DeviceParameters, on engine: Engine) throws -> Buffer<Float> {
    guard isNarrow else { return parameters.weight! }
    let (outputs, features) = (weight.shape[0], weight.shape[1])
    return try parameters.weights!.packed(
      parameters.part, as: .narrow, count: Self.packedCount(weight, engine.choice), on: engine
    ) { buffer in
      let (mode, part) = parameters.part.onDevice
      // Piece by piece, so that most of the weights are not in memory twice.
      let rows = max(1, Self.atOnce / features)
      for first in stride(from: 0, to: outputs, by: rows) {
        let count = min(rows, outputs - first)
        try engine.launch(
          form.kernel, "pack_narrow", groups: Grid(count), items: 1,
          [
            Int32(features), Int32(outputs), Int32(first), mode, part, parameters.weights!.original, buffer,
          ])
        try engine.queue.finish()
        weight.forget(first * features..<(first + count) * features)
      }
    }
  }

  /// Numbers that are packed before the pages they came from may go.
  private static let atOnce = 16 << 20
}

extension Int {
  /// The next multiple.
  func roundedUp(to unit: Int) -> Int { (self + unit - 1) / unit * unit }
}
