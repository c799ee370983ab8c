/// z (+)= coefficient · (ρ(w)·ρ(a) + ρ(b)): step 1 of LRP, one term of a share.
struct ApplyStep {
  let node: Int
  let term: Share.Term
  let pass: Pass
  let into: TensorID
  var accumulate = false
  /// Step 2 in the same launch; z is not formed.
  var then: QuotientStep?
}

/// z = output + constant: a denominator that differs from the layer's output by terms no image changes, made once (and by the
/// bias, where it does not count).
struct ShiftedOutputStep {
  let node: Int
  let constants: [Share.Term]
  let withoutBias: Bool
  let into: TensorID
  /// Added where the quotient reads the output: then the constant alone is made, before all passes.
  var joined = false
}

/// s = R / stab(z): step 2.
struct QuotientStep {
  let relevance: TensorID
  var z: Source
  /// A constant that is added to z, by the step `shiftedOutput` that makes it.
  var shift: TensorID?
  /// The layer's own output, for the gate.
  let output: Source
  let gate: Share.Gate
  let stabilizer: Stabilizer
  let into: TensorID
}
