internal import Compute
internal import KernelSources

/// The factors f = a / stab(z) that forward passes of one network make beside its activations.
///
/// A propagator installs those its plan reads. A pass makes them with the activations they belong to; one that lacks them,
/// because it ran before they were installed, for scores alone, or makes others of the node, is completed when a backward pass
/// asks.
final class ForwardFactors {
  /// A node has one factor, and one of each pooling's winners.
  private struct Key: Hashable {
    let node: String
    let winners: String?
  }

  struct Made {
    let factor: Factor
    let layer: any LinearLayer
    /// ρ(w) and ρ(b).
    let parameters: DeviceParameters
    let buffer: Buffer<Float>
    /// Forward pass that `buffer` belongs to.
    var generation = -1
  }

  private var made: [Key: Made] = [:]

  /// The factor of a node, of all outputs or of the winners of the pooling behind.
  func made(of node: String, winnersOf pooling: String? = nil) -> Made? { made[Key(node: node, winners: pooling)] }

  /// Whether there is none yet.
  var isEmpty: Bool { made.isEmpty }

  /// Whether a factor can be installed.
  func allows(_ factor: Factor) -> Bool {
    made(of: factor.node, winnersOf: factor.winners).map { $0.factor == factor } ?? true
  }

  /// - Parameter buffer: one number for every output of the node, for all images of a batch.
  func install(
    _ factor: Factor, layer: any LinearLayer, parameters: DeviceParameters, buffer: () throws -> Buffer<Float>
  ) rethrows {
    let key = Key(node: factor.node, winners: factor.winners)
    guard made[key] == nil else { return }
    made[key] = try Made(factor: factor, layer: layer, parameters: parameters, buffer: buffer())
  }

  func note(_ factor: Factor, generation: Int) {
    made[Key(node: factor.node, winners: factor.winners)]!.generation = generation
  }

  subscript(_ factor: Factor) -> Made { made(of: factor.node, winnersOf: factor.winners)! }
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
