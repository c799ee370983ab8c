/// What one launch counts of an entry for the ledger, added up in double precision.
struct LedgerSums {
  /// ΣR, Σ|R| and max|R| of what is finite.
  private(set) var relevance = 0.0
  private(set) var magnitude = 0.0
  private(set) var largest = 0.0
  /// R that are NaN or infinite.
  private(set) var nonFinite = 0
  /// Kept by the bias and by the stabilizer.
  private(set) var bias = 0.0
  private(set) var stabilizer = 0.0
  /// Σ|R| at units that are off.
  private(set) var idle = 0.0

  /// - Parameter partials: the kernels' partial results (Kernels/relevance/ledger.h).
  init(_ partials: some Sequence<SIMD8<Float>>) {
    for partial in partials {
      relevance += Double(partial[0])
      magnitude += Double(partial[1])
      largest = max(largest, Double(partial[2]))
      nonFinite += Int(partial[3])
      bias += Double(partial[4])
      stabilizer += Double(partial[5])
      idle += Double(partial[6])
    }
  }

  /// Of every entry, from the partial results of one launch.
  static func entries(_ count: Int, _ partials: ArraySlice<SIMD8<Float>>) -> [LedgerSums] {
    (0..<count).map { LedgerSums(partials.dropFirst($0 * Engine.chunks).prefix(Engine.chunks)) }
  }
}
