extension PagePart {
  /// Every method's heatmap of every target: each file of the page stands here, once.
  var sideBySide: HTML {
    let rows = image.targets.enumerated().map { target, row -> HTML in
      let cells = image.maps[target].enumerated().map { method, map -> HTML in
        "<li>\(cell(target, method, map))</li>"
      }
      return """
        \(heading(2, row.description, id: "row-\(target)"))
        <ul class="grid" aria-labelledby="\(id)-row-\(target)">
        \(cells)
        </ul>
        """
    }
    let hint: HTML = """
      <p class="soft">Each heatmap has its own scale: its strongest colours stand for the number below it.\
      <span data-script hidden> Press one to see it large.</span></p>
      """
    return section(
      image.methods.count > 1 ? "Methods side by side" : "All heatmaps", id: "all", "\(hint)\n\(rows)")
  }

  private func cell(_ target: Int, _ method: Int, _ map: ReportedMap) -> HTML {
    switch map {
    case .missing(let reason):
      return "<p class=\"absent\"><strong>\(image.methods[method])</strong>: \(reason)</p>"
    case .drawn(let drawing):
      let pressed: HTML = (target, method) == first ? "true" : "false"
      let bound = NumberText.plain(drawing.bound, digits: 4)
      return """
        <button type="button" class="pick" data-key="\(target)-\(method)" aria-pressed="\(pressed)" disabled>\
        <img class="frame map" data-map="\(target)-\(method)" data-alt="\(drawing.summary)" data-bound="\(bound)" \
        width="\(image.mapWidth)" height="\(image.mapHeight)" src="\(data: drawing.picture)" \
        alt="Heatmap of \(image.targets[target].name):">\
        <span class="name">\(HTML.breakable(image.methods[method]))</span><small>±\(bound)</small></button>
        """
    }
  }
}
