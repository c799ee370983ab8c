internal import Compute
internal import KernelSources

/// What becomes of a layer's sums before they leave the registers: step 4 of LRP, the rectifier, step 2.
///
/// The order is that of the fields. What every layer can do is `coefficient` and `accumulate`; the rest is for layers that
/// say so (`LinearLayer.finishes`), where it saves a launch and a trip through memory. `Kernels/epilogue.h` does it.
struct Finish {
  /// Step 4: the sum c becomes ρ(a) ⊙ c.
  var product: Operand?
  var coefficient: Float = 1
  /// Adds to what is there.
  var accumulate = false
  /// Where the number goes as it is now: z beside its rectified form, R beside s.
  var kept: Buffer<Float>?
  /// max(z, 0).
  var rectifies = false
  /// The max pooling that alone reads max(z, 0), for layers that say so (`LinearLayer.pools`).
  var pooling: PoolingRequest?
  /// Step 2: s = R / stab(z).
  var quotient: Quotient?
  /// Entries of one image.
  var targets = 1

  struct Quotient {
    /// The other of R and z: R where the sum is z, z where it is R (after `product`).
    let other: Buffer<Float>
    /// What is added to z where `other` is z: one number for every output of an image.
    var shift: Buffer<Float>?
    /// From how far from the border on that is the same number of a channel at all pixels; nil: nowhere.
    var shiftBorder: Int?
    let stabilizer: Stabilizer
    let statistics: Buffer<Float>
    let gate: Share.Gate
    /// The layer's own output, which the gate looks at.
    let output: Buffer<Float>
  }

  /// Whether every layer can do it.
  var isPlain: Bool { product == nil && kept == nil && !rectifies && pooling == nil && quotient == nil }
}

extension Finish {
  /// Bytes of an output that is written past the caches.
  private static let largeOutput = 3 << 20

  /// The kernels' last arguments: the epilogue's numbers, and its arrays.
  func arguments(
    _ parameters: DeviceParameters?, into target: Buffer<Float>, count: Int
  ) -> (Epilogue, [any KernelArgument]) {
    var steps = 0
    if product != nil { steps |= EPILOGUE_PRODUCT }
    if kept != nil { steps |= EPILOGUE_KEEP }
    if rectifies { steps |= EPILOGUE_RECTIFY }
    if quotient != nil { steps |= EPILOGUE_QUOTIENT }
    let biasMode = parameters?.biasMode ?? .none
    let epilogue = Epilogue(
      steps: Int32(steps), count: Int32(count), targets: Int32(targets), biasMode: biasMode.rawValue,
      accumulate: accumulate ? 1 : 0, activationStride: Int32(product?.stride ?? 0),
      gate: quotient?.gate.rawValue ?? 0, isShifted: quotient?.shift == nil ? 0 : 1,
      shiftBorder: Int32(quotient?.shiftBorder ?? -1),
      isLarge: target.byteCount > Self.largeOutput ? 1 : 0,
      coefficient: coefficient, part: product?.part ?? SignedPart.all.onDevice,
      stabilizer: (quotient?.stabilizer ?? Stabilizer(0)).onDevice)
    // An array that is not read stands for itself with any other.
    let isDenominator = product == nil
    return (
      epilogue,
      [
        parameters?.bias ?? target, product?.buffer ?? target, isDenominator ? quotient?.other ?? target : target,
        isDenominator ? target : quotient?.other ?? target, quotient?.shift ?? target, quotient?.output ?? target,
        quotient?.statistics ?? target,
        kept ?? target, target,
      ]
    )
  }
}
