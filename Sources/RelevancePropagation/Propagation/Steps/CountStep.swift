/// Sums for the ledger of one relevance vector as it is between two writes: of all that is asked of it, in one launch.
///
/// Behind a quotient s tells what stabilizer and bias keep; and where R left a launch as s, what R was.
struct CountStep {
  enum Source {
    /// R is not read: what a bias keeps is counted alone.
    case none
    case stored
    /// R = s · stab(z).
    case quotient
    /// R = s · a / f.
    case factor(Factor)
    /// R = c · a, c in the place of R and a this node's output.
    case product(with: String)
  }

  /// Whose stabilizer and bias keep something; elsewhere the first that asked.
  var node: Int
  /// Its place among the launches for the ledger.
  let slot: Int
  /// What the sums are for.
  var entries: [LedgerEntry]
  var relevance: TensorID
  var source = Source.stored
  /// The rectifier whose units that are off are asked for.
  var idle: Int?
  var quotient: QuotientStep?
  /// s of the windows that the quotient's s is of, where that is not stored.
  var windows: TensorID?
  /// Whether stab(z) is never 0, so that s · stab(z) is R.
  var isRestorable = false
  var bias = BiasPart.none
  var coefficient: Float = 1

  /// The tensors it reads.
  var tensors: [TensorID] {
    let s = quotient.map { [windows ?? $0.into] } ?? []
    switch source {
    case .none, .factor: return s
    case .stored, .product: return s + [relevance]
    case .quotient:
      if case .tensor(let z)? = quotient?.z { return s + [z] }
      return s
    }
  }
}

extension [Step] {
  /// Launches for the ledger.
  var counts: [CountStep] { compactMap { if case .count(let count) = $0 { count } else { nil } } }
}

/// What a sum for the ledger is.
struct LedgerEntry: Hashable {
  enum Kind: Hashable {
    /// Relevance at the node's output.
    case incoming
    /// The same behind the node's filter.
    case filtered
    /// Relevance at units that are off.
    case idle
    /// Relevance of input number `input` just before and just after this node's contribution.
    case before(input: Int)
    case after(input: Int)
    /// Kept by bias and stabilizer in share `share`, times the share's weight.
    case absorbed(share: Int, term: Int, weight: Float)
  }
  let node: Int
  let kind: Kind

  /// Share and term of what is absorbed, in order.
  var share: (Int, Int)? { if case .absorbed(let share, let term, _) = kind { (share, term) } else { nil } }
}
