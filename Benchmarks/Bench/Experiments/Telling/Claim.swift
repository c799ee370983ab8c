/// What a seed says, and what was found.
struct Claim {
  /// "Bach et al. 2015: …"
  let text: String
  let verdict: Verdict
  /// The numbers, in a sentence.
  let evidence: String
}
