extension PagePart {
  /// Relevance in and out of every layer, for the chosen target and method.
  var ledgers: HTML {
    let parts = drawings.filter { !$0.drawing.ledger.isEmpty }
    guard !parts.isEmpty else { return "" }
    let without = drawings.filter { $0.drawing.ledger.isEmpty }.map { target, method, _ -> HTML in
      "<p \(mark(target, method))>\(image.methods[method]) propagates no relevance through the layers: no ledger.</p>"
    }
    let blocks = parts.map { target, method, drawing -> HTML in
      let name = name(target, method)
      return """
        <div \(mark(target, method))>
        <div class="halves">\(Self.chart(drawing.ledger, name))\(Self.balance(drawing.ledger))</div>
        \(PageFrame.scrolling(Self.table(drawing.ledger, name), label: "Ledger of \(name)"))
        </div>
        """
    }
    return section(
      "What each layer kept", id: "ledger",
      """
      <p class="soft">Relevance is redistributed layer by layer, from the scores down to the pixels: \
      in = out + bias + stabilizer + other.</p>
      \(without)
      \(blocks)
      """)
  }

  /// What became of all relevance: each layer keeps its part once, so that the parts add up whatever the graph.
  private static func balance(_ rows: [ReportedMap.LedgerRow]) -> HTML {
    let start = rows[0].incoming
    func sum(_ part: (ReportedMap.LedgerRow) -> Double) -> Double { rows.reduce(0) { $0 + part($1) } }
    let (bias, stabilizer) = (sum(\.bias), sum(\.stabilizer))
    let (filter, other) = (sum(\.filter), sum(\.other))
    var parts: [(term: String, value: Double)] = [
      ("Entered at the top", start), ("kept by biases", bias), ("kept by stabilizers", stabilizer),
    ]
    if filter != 0 { parts.append(("stopped by filters", filter)) }
    parts += [("lost otherwise", other), ("Reached the pixels", start - bias - stabilizer - filter - other)]
    let total = rows.map(\.magnitude).max() ?? 0
    return PageFrame.list(parts.map { ($0.term, NumberText.plain($0.value, of: total)) }, class: "kept")
  }

  private static func table(_ rows: [ReportedMap.LedgerRow], _ name: String) -> HTML {
    let isFiltered = rows.contains { $0.filter != 0 }
    let columns = ["In", "Out", "Bias", "Stabilizer"] + (isFiltered ? ["Filter"] : []) + ["Other"]
    let head = columns.map { column -> HTML in "<th scope=\"col\" class=\"number\">\(column)</th>" }
    let body = rows.map { row -> HTML in
      let numbers =
        [row.incoming, row.outgoing, row.bias, row.stabilizer] + (isFiltered ? [row.filter] : []) + [row.other]
      let cells = numbers.map { number -> HTML in
        "<td class=\"number\">\(NumberText.plain(number, of: row.magnitude))</td>"
      }
      return """
        <tr><th scope="row">\(row.layer)</th>\(cells)<td class="kind">\(row.type)</td>\
        <td class="rule">\(row.rule)</td></tr>
        """
    }
    return """
      <table><caption>Ledger of \(name)</caption>
      <thead><tr><th scope="col">Layer</th>\(head)<th scope="col">Type</th><th scope="col">Rule</th></tr></thead>
      <tbody>
      \(body)
      </tbody></table>
      """
  }

  /// What is left below each layer, of all branches together.
  private static func chart(_ rows: [ReportedMap.LedgerRow], _ name: String) -> HTML? {
    var left = rows[0].incoming
    var points = [(x: 0.0, y: left, spread: 0.0)]
    for (index, row) in rows.enumerated() {
      left -= row.bias + row.stabilizer + row.filter + row.other
      points.append((x: Double(index + 1), y: left, spread: 0))
    }
    guard points.allSatisfy(\.y.isFinite) else { return nil }
    // With 0, so that what is lost is seen as a share.
    let picture = BandChart(
      title: "Relevance left after each layer", horizontal: "layers, from the scores to the pixels",
      vertical: "relevance", series: [.init("left", points)], base: 0, isNarrow: true
    ).picture
    let (start, end) = (NumberText.plain(points[0].y), NumberText.plain(left))
    return HTML(picture, label: "Relevance left after each layer of \(name): from \(start) to \(end)")
  }
}
