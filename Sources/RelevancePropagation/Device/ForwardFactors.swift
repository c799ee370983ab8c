internal import Compute
internal import KernelSources

/// The factors f = a / stab(z) that forward passes of one network make beside its activations.
///
/// A propagator installs those its plan reads. A pass makes them with the activations they belong to; one that lacks them,
/// because it ran before they were installed or for scores alone, is completed when a backward pass asks.
final class ForwardFactors {
  struct Made {
    let factor: Factor
    let layer: any LinearLayer
    /// ρ(w) and ρ(b).
    let parameters: DeviceParameters
    let buffer: Buffer<Float>
    /// Forward pass that `buffer` belongs to.
    var generation = -1
  }

  private(set) var made: [String: Made] = [:]

  /// Whether a factor can be installed: a node has one.
  func allows(_ factor: Factor) -> Bool { made[factor.node].map { $0.factor == factor } ?? true }

  /// - Parameter buffer: one number for every output of the node, for all images of a batch.
  func install(
    _ factor: Factor, layer: any LinearLayer, parameters: DeviceParameters, buffer: () throws -> Buffer<Float>
  ) rethrows {
    guard made[factor.node] == nil else { return }
    made[factor.node] = try Made(factor: factor, layer: layer, parameters: parameters, buffer: buffer())
  }

  func note(_ node: String, generation: Int) { made[node]!.generation = generation }
}

/// What makes a factor: the other part of the weights, and where f goes.
struct FactorRequest {
  let parameters: DeviceParameters
  let stabilizer: Stabilizer
  let into: Buffer<Float>
}

extension FactorRequest? {
  /// As kernels read it.
  var parameters: FactorParameters {
    FactorParameters(
      isMade: self == nil ? 0 : 1, biasMode: (self?.parameters.biasMode ?? .none).rawValue,
      stabilizer: (self?.stabilizer ?? Stabilizer(0)).onDevice)
  }
}

extension LinearLayer {
  /// f = a / stab(ρ(w)·x + ρ(b)), of activations that are there already.
  func makeFactor(
    _ inputs: [Operand], _ request: FactorRequest, activation: Buffer<Float>, shapes: LayerShapes, batch: Int,
    on engine: Engine
  ) throws {
    let quotient = Finish.Quotient(
      other: activation, stabilizer: request.stabilizer, statistics: activation, gate: .always, output: activation)
    try apply(
      inputs, request.parameters, for: .denominators(bounded: true), finish: Finish(quotient: quotient),
      into: request.into, shapes: shapes, batch: batch, on: engine)
  }
}
