/// f = a / stab(z) of a node, made in the forward pass beside a.
///
/// Where the relevance of a node's output is R = a ⊙ c, its s = R / stab(z) is f ⊙ c: the backward pass reads one array in the
/// place of two and divides nothing, every target of an image shares it, and z is made from inputs that are at hand for a.
/// f is bounded where z is at least a, or a fixed share of it; elsewhere nothing is carried.
struct Factor: Hashable {
  /// The node whose rule divides by z = ρ(w)·x + ρ(b).
  let node: String
  /// The node whose output a is: the rectifier behind, or itself.
  let output: String
  let weight: WeightPart
  let bias: BiasPart
  let stabilizer: Stabilizer
  /// The max pooling behind a, of windows of 2 × 2 side by side, that sends c to its winners: f of all others is 0 then, and
  /// f ⊙ c of a window's four pixels is that of its winner.
  var winners: String?
}
