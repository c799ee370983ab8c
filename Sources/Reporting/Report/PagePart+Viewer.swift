extension PagePart {
  /// Image, heatmap and overlay of the class and method that the reader chooses.
  var viewer: HTML {
    let (target, method) = first
    guard case .drawn(let drawing) = image.maps[target][method] else {
      let reasons = image.maps.joined().compactMap { if case .missing(let reason) = $0 { reason } else { nil } }
      return section("Nothing to see", id: "look", "<p class=\"note\">\(reasons.first ?? "")</p>")
    }
    let (width, height) = (image.mapWidth, image.mapHeight)
    let size: HTML = "width=\"\(width)\" height=\"\(height)\""
    let photograph: HTML? = image.picture.map { picture in
      """
      <figure>
      <img class="frame" data-role="image" \(size) src="\(data: picture)" \
      alt="The image as the network saw it: \(image.name)">
      <figcaption>Image</figcaption>
      </figure>
      """
    }
    let missing = image.maps.enumerated().flatMap { target, row in
      row.enumerated().compactMap { method, map -> HTML? in
        guard case .missing(let reason) = map else { return nil }
        return "<p class=\"note\" \(mark(target, method))>\(name(target, method)): \(reason)</p>"
      }
    }
    let facts = drawings.map { target, method, drawing -> HTML in
      let alarms = drawing.alarms.map { alarm -> HTML in "<p class=\"note\">\(alarm)</p>" }
      let what = (term: "Explained", value: image.targets[target].description)
      let told = [what, ("Method", image.methods[method])] + drawing.facts
      return "<div \(mark(target, method))>\(PageFrame.list(told, class: "facts"))\(alarms)</div>"
    }
    let content: HTML = """
      <form class="controls" data-script hidden>
      \(choice("Class", name: "target", image.targets.map(\.name), chosen: target))
      \(choice("Method", name: "method", image.methods, chosen: method))
      \(colors)
      </form>
      \(missing)
      <div class="pictures" data-drawn>
      \(photograph)
      <figure>
      <img class="frame map" data-role="heatmap" \(size) src="\(data: drawing.picture)" alt="\(drawing.summary)">
      <figcaption>Heatmap \(scale(drawing.bound))</figcaption>
      </figure>
      \(image.picture == nil ? nil : overlay(size, drawing))
      </div>
      <p class="away" role="status"></p>
      \(facts)
      """
    return section("Where the network looked", id: "look", class: "viewer", content)
  }

  /// A choice of one; nothing where there is nothing to choose.
  private func choice(_ legend: String, name: String, _ options: [String], chosen: Int) -> HTML {
    guard options.count > 1 else { return "" }
    let chips = options.enumerated().map { index, option -> HTML in
      let checked: HTML = index == chosen ? " checked" : ""
      return """
        <label><input type="radio" name="\(id)-\(name)" data-choice="\(name)" value="\(index)"\(checked)>\
        <span><bdi>\(option)</bdi></span></label>
        """
    }
    return """
      <fieldset class="choice"><legend>\(legend)</legend><div class="chips">
      \(chips)
      </div></fieldset>
      """
  }

  private var colors: HTML {
    guard page.palettes.count > 1 else { return "" }
    let options = page.palettes.map { palette -> HTML in
      let safe: HTML = palette.isColorBlindSafe ? " (safe for colour-blind readers)" : ""
      return "<option value=\"\(palette.name)\">\(palette.name)\(safe)</option>"
    }
    return """
      <div class="setting"><label for="\(id)-colors">Colours</label>
      <select id="\(id)-colors" data-role="colors" autocomplete="off">\(options)</select></div>
      """
  }

  /// The colours of -bound … bound.
  private func scale(_ bound: Double) -> HTML {
    let text = NumberText.plain(bound, digits: 4)
    return """
      <span class="scale"><img class="map" width="256" height="1" src="\(data: page.scale)" alt="">\
      <span class="ends"><span>−<span data-role="bound">\(text)</span><br>against</span><span>0</span>\
      <span>+<span data-role="bound">\(text)</span><br>for</span></span></span>
      """
  }

  private func overlay(_ size: HTML, _ drawing: ReportedMap.Drawing) -> HTML {
    """
    <figure class="overlay" data-script hidden>
    <div class="stack" role="img" aria-label="The same over the image. \(drawing.summary)">
    <img class="under" data-role="under" \(size) alt=""><img class="over map" data-role="over" \(size) alt="">
    </div>
    <figcaption><label for="\(id)-opacity">Heatmap over image</label>
    <span class="opacity"><span aria-hidden="true">0</span>\
    <input type="range" id="\(id)-opacity" min="0" max="100" step="5" value="90" autocomplete="off">\
    <output for="\(id)-opacity">90 %</output></span></figcaption>
    </figure>
    """
  }
}
