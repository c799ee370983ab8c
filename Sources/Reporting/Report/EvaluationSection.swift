extension ReportedEvaluation {
  /// Tables and curves, as a section of a page.
  var section: HTML {
    let tables = tables.map(Self.scores)
    let charts = charts.compactMap(Self.chart)
    return """
      <section aria-labelledby="evaluation">
      <h2 id="evaluation">Is the explanation any good?</h2>
      <p class="soft">\(note)</p>
      \(tables)
      <div class="halves">
      \(charts)
      </div>
      </section>

      """
  }

  /// Nil where no curve has a point.
  private static func chart(_ chart: Chart) -> HTML? {
    let series = chart.series.map { one in
      BandChart.Series(one.name, one.points.filter { $0.x.isFinite && $0.y.isFinite && $0.spread.isFinite })
    }.filter { !$0.points.isEmpty }
    guard !series.isEmpty else { return nil }
    let picture = BandChart(
      title: chart.title, horizontal: chart.horizontal, vertical: chart.vertical, series: series, limits: chart.limits,
      isNarrow: true
    ).picture
    let ends = series.map { one in
      "\(one.name) from \(NumberText.plain(one.points[0].y)) to \(NumberText.plain(one.points[one.points.count - 1].y))"
    }
    return HTML(
      picture,
      label: "\(chart.title), \(chart.vertical) over \(chart.horizontal): \(ends.joined(separator: "; "))")
  }

  private static func scores(_ table: Table) -> HTML {
    let head = table.columns.enumerated().map { index, column -> HTML in
      index == 0 ? "<th scope=\"col\">\(column)</th>" : "<th scope=\"col\" class=\"number\">\(column)</th>"
    }
    let body = table.rows.map { row -> HTML in
      let cells = row.cells.map { cell -> HTML in "<td class=\"number\">\(cell)</td>" }
      return "<tr><th scope=\"row\">\(row.name)</th>\(cells)</tr>"
    }
    let markup: HTML = """
      <table><caption>\(table.title)</caption>
      <thead><tr>\(head)</tr></thead>
      <tbody>
      \(body)
      </tbody></table>
      """
    return PageFrame.scrolling(markup, label: table.title)
  }
}
