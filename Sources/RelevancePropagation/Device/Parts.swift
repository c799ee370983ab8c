internal import Compute
internal import KernelSources

extension SignedPart {
  /// As the kernels take it.
  var onDevice: SignPart { SignPart(positive: positive, negative: negative, power: 1) }
}

extension Stabilizer {
  var onDevice: StabilizerParameters {
    let mode: Int32 =
      switch sign {
      case .signed: 0
      case .positive: 1
      case .atZero: 2
      }
    return StabilizerParameters(epsilon: epsilon, relative: relative, mode: mode)
  }
}

/// The modes of the kernel `rho`.
private enum RhoMode: Int32 {
  case signed = 0
  case square = 1
  case one = 2
}

extension WeightPart {
  /// As the kernels take it that pack weights: mode, and the signed part where the mode reads one.
  var onDevice: (mode: Int32, part: SignPart) {
    switch self {
    case .signed(let part): (RhoMode.signed.rawValue, part.onDevice)
    case .square: (RhoMode.square.rawValue, SignedPart.all.onDevice)
    case .one: (RhoMode.one.rawValue, SignedPart.all.onDevice)
    }
  }

  /// ρ(w) on the device; the weights themselves where the part is all of them.
  func make(from weight: Buffer<Float>, on engine: Engine) throws -> Buffer<Float> {
    switch self {
    case .signed(.all): weight
    case .signed(let part): try rho(weight, .signed, part, on: engine)
    case .square: try rho(weight, .square, .all, on: engine)
    case .one: try rho(weight, .one, .all, on: engine)
    }
  }
}

extension BiasPart {
  /// ρ(b) on the device, or nil where none stands in the sum.
  func make(from bias: Buffer<Float>, on engine: Engine) throws -> Buffer<Float>? {
    switch self {
    case .none: nil
    case .signed(.all): bias
    case .signed(let part): try rho(bias, .signed, part, on: engine)
    case .square: try rho(bias, .square, .all, on: engine)
    }
  }
}

private func rho(_ source: Buffer<Float>, _ mode: RhoMode, _ part: SignedPart, on engine: Engine) throws
  -> Buffer<Float>
{
  let target = try Buffer<Float>(count: source.count, on: engine.queue, for: "modified weights")
  try engine.launch(
    "rho", grid: Grid(engine.vectors(source.count)), Int32(source.count), source, mode.rawValue, part.onDevice, target)
  return target
}
