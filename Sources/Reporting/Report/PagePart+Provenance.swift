extension PagePart {
  /// Where the numbers come from.
  var provenance: HTML {
    section("How it was made", id: "origin", image.provenance.content(methods: image.methods))
  }
}

extension Provenance {
  /// Facts, then the rules of every layer.
  func content(methods: [String]) -> HTML {
    let list = facts.map { fact -> HTML in "<dt>\(fact.term)</dt><dd>\(fact.value)</dd>" }
    let facts: HTML = "<dl class=\"origin\">\(list)</dl>"
    guard !rules.isEmpty else { return facts }
    let columns = methods.filter { method in rules.contains { $0.rules[method] != nil } }
    let head = columns.map { method -> HTML in "<th scope=\"col\">\(method)</th>" }
    let body = rules.map { layer -> HTML in
      let cells = columns.map { method -> HTML in "<td class=\"rule\">\(layer.rules[method] ?? "")</td>" }
      return "<tr><th scope=\"row\">\(layer.name)</th><td>\(layer.type)</td>\(cells)</tr>"
    }
    let table: HTML = """
      <table><caption>Rule of every layer</caption>
      <thead><tr><th scope="col">Layer</th><th scope="col">Type</th>\(head)</tr></thead>
      <tbody>
      \(body)
      </tbody></table>
      """
    return """
      \(facts)
      <details><summary>Rule of every layer</summary>
      \(PageFrame.scrolling(table, label: "Rule of every layer"))
      </details>
      """
  }
}
