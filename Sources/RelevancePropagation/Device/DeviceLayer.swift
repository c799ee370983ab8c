internal import Compute

/// A layer that is linear in its inputs up to its bias, so that it can carry the four steps of LRP.
protocol LinearLayer: Layer {
  /// Learned weights and bias, where the layer has any: rules read parts of them.
  var linearMap: (weight: Tensor, bias: Tensor?)? { get }

  /// The weights in the order this engine's kernels read them; ρ(w) is taken number by number and keeps it.
  func arranged(_ weight: Buffer<Float>, on engine: Engine) throws -> Buffer<Float>

  /// Index tables its kernels need for these shapes.
  func tables(for shapes: LayerShapes) -> [Int32]

  /// Numbers of the form that a pass packs ρ(w) in, or `parts` of them side by side; 0 where kernels read ρ(w) as it is.
  func packedCount(for pass: Pass, parts: Int, shapes: LayerShapes, _ choice: KernelChoice) -> Int

  /// Multiplications with weights that the kernels of a pass do for one image, or one vector of relevance; nil where they do
  /// as many as the plain sums have.
  func products(for pass: Pass, parts: Int, shapes: LayerShapes, _ choice: KernelChoice) -> Int?

  /// What the algorithm of a pass is called; nil where the layer has no fast one, or one that needs no name.
  func algorithmName(for pass: Pass, parts: Int, shapes: LayerShapes, _ choice: KernelChoice) -> String?

  /// Elements of scratch memory that `apply` and `transpose` need at most for a batch.
  func scratchCount(for shapes: LayerShapes, batch: Int, on engine: Engine) -> Int

  /// Whether its kernels take ρ(w) from w while they pack it, for each pass.
  func packsWeights(_ choice: KernelChoice) -> Bool

  /// Whether its kernels do all of `Finish`.
  func finishes(_ family: KernelFamily) -> Bool

  /// Whether its forward pass takes a max pooling of 2 × 2 windows side by side in the same launch.
  func pools(for shapes: LayerShapes, _ choice: KernelChoice) -> Bool

  /// Whether that launch makes its factors too, those of the pooling's winners alone if they are asked for.
  func masksWinners(for shapes: LayerShapes, _ choice: KernelChoice) -> Bool

  /// Whether it is an average over windows of 2 × 2 pixels side by side.
  func averagesPairs(_ shapes: LayerShapes) -> Bool

  /// Whether its transpose of a pass reads s where such windows send it (`SpreadWindows`).
  func spreads(for pass: Pass, shapes: LayerShapes, _ choice: KernelChoice) -> Bool

  /// From how many outputs from the border on inputs that are the same at all pixels give outputs that are; nil: nowhere.
  func evenBorder(_ shapes: LayerShapes) -> Int?

  /// How many terms of a share it can send back at once: 0 or 1 where it cannot.
  func stackedParts(_ family: KernelFamily) -> Int

  /// R' (+)= Σ coefficient · ρ(a) ⊙ ρ(w)ᵀ·s over several terms, of activations that are the `targets` entries' of an image.
  func stackedTranspose(
    _ s: Buffer<Float>, _ parameters: DeviceParameters, terms: [StackedTerm], activation: Buffer<Float>, targets: Int,
    accumulate: Bool, into relevance: Buffer<Float>, shapes: LayerShapes, batch: Int, on engine: Engine) throws

  /// z (+)= coefficient · (W·x + b), and what `finish` says. One operand an input.
  func apply(
    _ inputs: [Operand], _ parameters: DeviceParameters, for pass: Pass, finish: Finish, into output: Buffer<Float>,
    shapes: LayerShapes, batch: Int, on engine: Engine) throws

  /// Activations with what `finish` says, a = max(z, 0) last, and f = a / stab(ρ(w)·x + ρ(b)) of the same x.
  func apply(
    _ inputs: [Operand], _ parameters: DeviceParameters, factor: FactorRequest, finish: Finish,
    into output: Buffer<Float>, shapes: LayerShapes, batch: Int, on engine: Engine) throws

  /// c = Wᵀ·s, for input number `index`, and what `finish` says.
  func transpose(
    _ s: Buffer<Float>, _ parameters: DeviceParameters, toInput index: Int, for pass: Pass, finish: Finish,
    into c: Buffer<Float>, shapes: LayerShapes, batch: Int, on engine: Engine) throws

  /// The same of an s that is not stored, for layers that say so (`spreads`). Of the only input.
  func transpose(
    _ windows: SpreadWindows, _ parameters: DeviceParameters, for pass: Pass, finish: Finish, into c: Buffer<Float>,
    shapes: LayerShapes, batch: Int, on engine: Engine) throws
}

extension LinearLayer {
  var linearMap: (weight: Tensor, bias: Tensor?)? { nil }
  func arranged(_ weight: Buffer<Float>, on engine: Engine) throws -> Buffer<Float> { weight }
  func tables(for shapes: LayerShapes) -> [Int32] { [] }
  func scratchCount(for shapes: LayerShapes, batch: Int, on engine: Engine) -> Int { 0 }
  func packsWeights(_ choice: KernelChoice) -> Bool { false }
  func finishes(_ family: KernelFamily) -> Bool { false }
  func stackedParts(_ family: KernelFamily) -> Int { 0 }
  func evenBorder(_ shapes: LayerShapes) -> Int? { nil }
  func pools(for shapes: LayerShapes, _ choice: KernelChoice) -> Bool { false }
  func masksWinners(for shapes: LayerShapes, _ choice: KernelChoice) -> Bool { false }
  func averagesPairs(_ shapes: LayerShapes) -> Bool { false }
  func spreads(for pass: Pass, shapes: LayerShapes, _ choice: KernelChoice) -> Bool { false }
  func transpose(
    _ windows: SpreadWindows, _ parameters: DeviceParameters, for pass: Pass, finish: Finish, into c: Buffer<Float>,
    shapes: LayerShapes, batch: Int, on engine: Engine
  ) throws { preconditionFailure("\(typeName) reads s where it is stored") }
  func packedCount(for pass: Pass, parts: Int, shapes: LayerShapes, _ choice: KernelChoice) -> Int { 0 }
  func products(for pass: Pass, parts: Int, shapes: LayerShapes, _ choice: KernelChoice) -> Int? { nil }
  func algorithmName(for pass: Pass, parts: Int, shapes: LayerShapes, _ choice: KernelChoice) -> String? { nil }
  func stackedTranspose(
    _ s: Buffer<Float>, _ parameters: DeviceParameters, terms: [StackedTerm], activation: Buffer<Float>, targets: Int,
    accumulate: Bool, into relevance: Buffer<Float>, shapes: LayerShapes, batch: Int, on engine: Engine
  ) throws { preconditionFailure("\(typeName) does not stack") }
  func apply(
    _ inputs: [Operand], _ parameters: DeviceParameters, factor: FactorRequest, finish: Finish,
    into output: Buffer<Float>, shapes: LayerShapes, batch: Int, on engine: Engine
  ) throws {
    try applyInTurn(
      inputs, parameters, factor: factor, finish: finish, into: output, shapes: shapes, batch: batch, on: engine)
  }

  /// Activations first, then their factors.
  func applyInTurn(
    _ inputs: [Operand], _ parameters: DeviceParameters, factor: FactorRequest, finish: Finish,
    into output: Buffer<Float>, shapes: LayerShapes, batch: Int, on engine: Engine
  ) throws {
    precondition(finish.pooling?.masks != true, "\(typeName) makes factors of all outputs")
    try apply(
      inputs, parameters, for: .forward, finish: finish, into: output, shapes: shapes, batch: batch, on: engine)
    try makeFactor(inputs, factor, activation: output, shapes: shapes, batch: batch, on: engine)
  }
}

/// A layer that is not linear: it has a forward pass, and rules that are not shares (winner-take-all, pass …).
protocol NonlinearLayer: Layer {
  func forward(
    _ inputs: [Buffer<Float>], into output: Buffer<Float>, shapes: LayerShapes, batch: Int, on engine: Engine) throws

  /// The same with f = a / stab(z), z by the linear layer `view` that the backward pass sees in this one's place.
  func forward(
    _ inputs: [Buffer<Float>], factor: FactorRequest, asking view: any LinearLayer, into output: Buffer<Float>,
    shapes: LayerShapes, batch: Int, on engine: Engine) throws
}

extension NonlinearLayer {
  func forward(
    _ inputs: [Buffer<Float>], factor: FactorRequest, asking view: any LinearLayer, into output: Buffer<Float>,
    shapes: LayerShapes, batch: Int, on engine: Engine
  ) throws {
    try forwardInTurn(
      inputs, factor: factor, asking: view, into: output, shapes: shapes, batch: batch, on: engine)
  }

  /// Activations first, then their factors.
  func forwardInTurn(
    _ inputs: [Buffer<Float>], factor: FactorRequest, asking view: any LinearLayer, into output: Buffer<Float>,
    shapes: LayerShapes, batch: Int, on engine: Engine
  ) throws {
    try forward(inputs, into: output, shapes: shapes, batch: batch, on: engine)
    try view.makeFactor(
      zip(inputs, shapes.inputs).map(Operand.init), factor, activation: output, shapes: shapes, batch: batch, on: engine
    )
  }
}

/// A layer whose output holds the scalars of its input in the same order. It needs no memory where the device's order is
/// the same too.
protocol PassingLayer: Layer {}
