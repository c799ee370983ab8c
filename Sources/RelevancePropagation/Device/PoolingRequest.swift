internal import Compute

/// What a layer makes of its outputs for the max pooling behind it, while they are at hand: windows of 2 × 2 side by side.
struct PoolingRequest {
  let maxima: Buffer<Float>
  /// f = maximum / stab(mean), where the backward pass treats the pooling as an average.
  let factor: FactorRequest?
  /// Whether the layer's own f is to be that of the windows' winners alone (`Factor.winners`).
  var masks = false
}
