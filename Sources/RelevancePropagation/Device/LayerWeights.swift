internal import Compute

/// A layer's weights on the device, and the forms its kernels read them in: ρ(w) by part, packed by algorithm and
/// direction. Each form is made once, when it is first asked for, and kept: none depends on an image.
final class LayerWeights {
  /// As the network has them.
  let original: Buffer<Float>
  private var forms: [Key: Buffer<Float>] = [:]

  private struct Key: Hashable {
    let part: WeightPart
    let form: WeightForm
  }

  private var tables: [Int: Buffer<Int32>] = [:]

  init(_ original: Buffer<Float>) { self.original = original }

  /// ρ(w) for `part` in a form; `make` fills a buffer of `count` elements where it is not there yet.
  func packed(
    _ part: WeightPart, as form: WeightForm, count: Int, on engine: Engine, make: (Buffer<Float>) throws -> Void
  ) throws -> Buffer<Float> {
    let key = Key(part: part, form: form)
    if let buffer = forms[key] { return buffer }
    let buffer = try Buffer<Float>(count: count, on: engine.queue, for: "packed weights")
    try make(buffer)
    forms[key] = buffer
    return buffer
  }

  /// A table of indices that the layer's kernels read, by its number.
  func table(
    _ number: Int, transposed: Bool, on engine: Engine, make: () -> [Int32]
  ) throws -> Buffer<Int32> {
    let key = 2 * number + (transposed ? 1 : 0)
    if let table = tables[key] { return table }
    let table = try Buffer(make(), on: engine.queue, for: "table")
    tables[key] = table
    return table
  }
}

/// An order of weights for one algorithm.
enum WeightForm: Hashable {
  /// G·g·Gᵀ for output tiles of `tile` × `tile` (cpu/winograd.cl).
  case winograd(tile: Int, transposed: Bool)
  /// Blocks of outputs of each phase (cpu/gather.cl).
  case gathered(transposed: Bool)
  /// All taps and several parts side by side, for the transpose (cpu/scatter.cl).
  case scattered([WeightPart])
  /// By taps (cpu/depthwise.cl).
  case depthwise
}
