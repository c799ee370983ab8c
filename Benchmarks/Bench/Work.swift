/// What a session does with its images; as JSON, what leaves a key out means its default.
struct Work: Codable, Hashable {
  enum Kind: String, Codable, CaseIterable {
    /// Images up, scores down.
    case forward
    /// Images up, the relevance of every pixel down.
    case explain
  }

  var kind = Kind.explain
  var composite = "seed"
  /// Whose conventions hold; nil: the composite's own.
  var profile: String?
  /// Most images in one pass.
  var batch = 1
  /// Classes of every image.
  var targets = 1
  var ledger = false
  /// `accurate` is what the kernels are now; another is passed to the explainer once there is one (see `Session`).
  var precision = "accurate"

  init(
    _ kind: Kind = .explain, composite: String = "seed", batch: Int = 1, targets: Int = 1, ledger: Bool = false
  ) {
    self.kind = kind
    self.composite = composite
    self.batch = batch
    self.targets = targets
    self.ledger = ledger
  }

  init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    func set<Value: Decodable>(_ value: inout Value, _ key: CodingKeys) throws {
      value = try values.decodeIfPresent(Value.self, forKey: key) ?? value
    }
    try set(&kind, .kind)
    try set(&composite, .composite)
    profile = try values.decodeIfPresent(String.self, forKey: .profile)
    try set(&batch, .batch)
    try set(&targets, .targets)
    try set(&ledger, .ledger)
    try set(&precision, .precision)
  }
}
