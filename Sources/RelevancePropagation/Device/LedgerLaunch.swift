internal import Compute
internal import KernelSources

/// One launch for the ledger: what is read of a layer's relevance, and what is counted of it (Kernels/relevance/ledger.h).
struct LedgerLaunch {
  /// Where R `[M, …]` comes from.
  enum Relevance {
    /// Nowhere: what a bias keeps is counted alone.
    case unread
    case stored(Buffer<Float>)
    /// s · stab(z), z a stored number and `shift`, one for every output of an image.
    case quotient(z: Buffer<Float>, shift: Buffer<Float>?)
    /// s · a / f.
    case factor(a: Buffer<Float>, f: Buffer<Float>)
    /// c · a.
    case product(c: Buffer<Float>, a: Buffer<Float>)
  }

  /// s = R / stab(z): what is kept of R is read from it.
  struct Quotient {
    let s: Buffer<Float>
    let stabilizer: Stabilizer
    let statistics: Buffer<Float>
    let gate: Share.Gate
    /// The layer's own output, which the gate looks at.
    let output: Buffer<Float>
    /// `[C, H, W]` where `s` is that of windows of 2 × 2 pixels (`SpreadWindows`), f that of `Relevance.factor`.
    var spread: Shape?
    /// What each pixel of a window gets.
    var share: Float = 1
  }

  struct Bias {
    let values: Buffer<Float>
    let mode: DeviceParameters.BiasMode
    let coefficient: Float
  }

  /// Numbers of an entry.
  let count: Int
  /// The first axis of the entry's shape, for the bias.
  var channels = 1
  var targets = 1
  let relevance: Relevance
  var quotient: Quotient?
  var bias: Bias?
  /// A rectifier's output: relevance where it is 0 is idle.
  var units: Buffer<Float>?

  /// - Parameter first: partial results before its own.
  func arguments(first: Int, into partials: Buffer<SIMD8<Float>>) -> [any KernelArgument] {
    var reading = LedgerReading()
    reading.count = Int32(count)
    reading.targets = Int32(targets)
    reading.C = Int32(channels)
    reading.first = Int32(first)
    reading.divides = quotient == nil ? 0 : 1
    if let quotient, let spread = quotient.spread {
      reading.share = quotient.share
      (reading.spreads, reading.C, reading.H, reading.W) = (1, Int32(spread[0]), Int32(spread[1]), Int32(spread[2]))
    }
    reading.biasMode = (bias?.mode ?? .none).rawValue
    reading.countsIdle = units == nil ? 0 : 1
    reading.gate = (quotient?.gate ?? .always).rawValue
    reading.coefficient = bias?.coefficient ?? 1
    reading.stabilizer = (quotient?.stabilizer ?? Stabilizer(0)).onDevice
    var (R, z, shift, a, f): (Buffer<Float>?, Buffer<Float>?, Buffer<Float>?, Buffer<Float>?, Buffer<Float>?)
    switch relevance {
    case .unread: reading.source = Int32(LEDGER_NONE)
    case .stored(let stored): (reading.source, R) = (Int32(LEDGER_STORED), stored)
    case .quotient(let stored, let constant):
      (reading.source, z, shift) = (Int32(LEDGER_QUOTIENT), stored, constant)
      reading.isShifted = constant == nil ? 0 : 1
    case .factor(let activation, let factor): (reading.source, a, f) = (Int32(LEDGER_FACTOR), activation, factor)
    case .product(let sum, let activation): (reading.source, R, a) = (Int32(LEDGER_PRODUCT), sum, activation)
    }
    // An array that is not read stands for itself with any other.
    let any = R ?? quotient!.s
    return [
      reading, R ?? any, quotient?.s ?? any, z ?? any, shift ?? any, a ?? any, f ?? any, quotient?.output ?? any,
      units ?? any, bias?.values ?? any, quotient?.statistics ?? any, partials,
    ]
  }
}

extension Engine {
  /// Enqueues a launch for the ledger: `Engine.chunks` partial results for each of `entries` entries, from `first` on.
  func count(_ launch: LedgerLaunch, entries: Int, first: Int = 0, into partials: Buffer<SIMD8<Float>>) throws {
    let arguments = launch.arguments(first: first, into: partials)
    guard family == .cpu else {
      return try reduce("ledger_sums", entries: entries, with: family == .gpu ? tuned(.reductions) : nil, arguments)
    }
    try self.launch(
      tuned(.tile), "ledger_sums_of_chunks", groups: Grid(Self.chunks, entries), items: 1, arguments)
  }
}
