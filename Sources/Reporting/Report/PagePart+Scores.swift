extension PagePart {
  /// What the network thinks of the image: a table, and the probabilities as bars.
  var scores: HTML {
    guard !image.classes.isEmpty else { return "" }
    let rows = image.classes.map { row -> HTML in
      """
      <tr><th scope="row"><bdi>\(row.name)</bdi></th><td class="number">\(row.index)</td>\
      <td class="number">\(NumberText.plain(row.score))</td><td class="number">\(NumberText.percent(row.probability))</td></tr>
      """
    }
    let table: HTML = """
      <table><caption>The highest scores</caption>
      <thead><tr><th scope="col">Class</th><th scope="col" class="number">Index</th>\
      <th scope="col" class="number">Score</th><th scope="col" class="number">Probability</th></tr></thead>
      <tbody>
      \(rows)
      </tbody></table>
      """
    let chart = BarChart(
      title: "Probability", unit: "%", categories: image.classes.map { Self.short($0.name) },
      series: [.init("highest classes", image.classes.map { 100 * Self.finite($0.probability) })], plotWidth: 150)
    let label =
      "Probabilities: "
      + image.classes.map { "\($0.name) \(NumberText.percent($0.probability))" }.joined(separator: ", ")
    return section(
      "Scores", id: "scores",
      """
      <div class="halves">
      \(PageFrame.scrolling(table, label: "The highest scores"))
      \(HTML(chart.picture, label: label))
      </div>
      """)
  }

  /// A name that fits beside a bar.
  private static func short(_ name: String) -> String { name.count > 16 ? name.prefix(15) + "…" : name }

  private static func finite(_ value: Double) -> Double { value.isFinite ? max(value, 0) : 0 }
}
