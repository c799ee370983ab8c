/// Composites in one option, separated by commas that are not their parameters'.
enum CompositeList {
  /// "seed,epsilon_gamma_box:gamma=0.5,epsilon=0.1" is two composites: name=value belongs to the one before it, and
  /// commas inside brackets to a list.
  static func split(_ texts: [String]) -> [String] {
    texts.flatMap { text -> [String] in
      var depth = 0
      let pieces = text.split { character in
        if character == "[" { depth += 1 }
        if character == "]" { depth -= 1 }
        return character == "," && depth == 0
      }
      var composites: [String] = []
      for piece in pieces.map(String.init) {
        // A composite's own "=" stands behind its colon.
        let isParameter = piece.contains("=") && !(piece.prefix { $0 != "=" }.contains(":"))
        if isParameter, let last = composites.last {
          composites[composites.count - 1] = "\(last),\(piece)"
        } else {
          composites.append(piece)
        }
      }
      return composites
    }
  }
}
