extension Preset {
  /// The preset a text names: `epsilon_plus`, a rule's name for all layers, either with parameters
  /// (`epsilon_gamma_box:gamma=0.5,epsilon=0.1`), or a composite of one's own (`mine.json`).
  ///
  /// - Parameter profile: whose conventions hold; nil: the preset's own.
  /// - Throws: `UnknownPreset`, `RuleArgumentError`, `CompositeFileError`.
  public static func named(_ text: String, profile: Profile? = nil) throws -> Preset {
    if text.hasSuffix(".json") { return try CompositeFile(path: text).preset(profile: profile) }
    let pieces = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    let parameters = try pieces.count > 1 ? Self.parameters(pieces[1], of: pieces[0]) : [:]
    var preset: Preset
    if let known = all.first(where: { $0.name == pieces[0] }) {
      preset = known
      preset.parameters = parameters
    } else if let type = Rules.all.first(where: { $0.name == pieces[0] }) {
      preset = uniform(type, parameters)
    } else {
      throw UnknownPreset(name: pieces[0])
    }
    if let profile { preset.profile = profile }
    return preset
  }

  /// "gamma=0.5,low=[-1,-2]": commas inside brackets belong to a list.
  package static func parameters(_ text: String, of owner: String) throws -> [String: RuleValue] {
    var result: [String: RuleValue] = [:]
    var depth = 0
    let pieces = text.split(omittingEmptySubsequences: false) { character in
      if character == "[" { depth += 1 }
      if character == "]" { depth -= 1 }
      return character == "," && depth == 0
    }
    for piece in pieces {
      let sides = piece.split(separator: "=", maxSplits: 1).map { $0.trimmingCharacters() }
      guard sides.count == 2, !sides[0].isEmpty, !sides[1].isEmpty else {
        throw RuleArgumentError(
          owner: "composite \(owner)", problem: "\"\(piece)\" is no parameter",
          remedy: "expected name=value, separated by commas")
      }
      guard result.updateValue(.text(sides[1]), forKey: sides[0]) == nil else {
        throw RuleArgumentError(
          owner: "composite \(owner)", problem: "\(sides[0]) is given twice", remedy: "give it once")
      }
    }
    return result
  }
}

extension Substring {
  fileprivate func trimmingCharacters() -> String {
    var text = self
    while text.first?.isWhitespace == true { text.removeFirst() }
    while text.last?.isWhitespace == true { text.removeLast() }
    return String(text)
  }
}
