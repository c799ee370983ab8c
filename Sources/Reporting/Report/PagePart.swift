import Foundation

/// One image on its page; the sections are in the extensions.
struct PagePart {
  let image: ReportedImage
  let page: ReportPage
  /// What the image's identifiers begin with.
  let id: String
  /// Of the image's own heading.
  let level: Int

  /// A heading `depth` below the image's, which others may refer to as `id`-`name`.
  func heading(_ depth: Int, _ text: String, id name: String) -> HTML {
    let level = level + depth
    return "<h\(level) id=\"\(id)-\(name)\"><bdi>\(text)</bdi></h\(level)>"
  }

  func section(_ title: String, id name: String, class kind: String = "", _ content: HTML) -> HTML {
    """
    <section class="\(kind)" aria-labelledby="\(id)-\(name)">
    \(heading(1, title, id: name))
    \(content)
    </section>

    """
  }

  /// The first map there is: what the page shows at first.
  var first: (target: Int, method: Int) {
    for (target, row) in image.maps.enumerated() {
      for (method, map) in row.enumerated() {
        if case .drawn = map { return (target, method) }
      }
    }
    return (0, 0)
  }

  /// All that is drawn, row by row.
  var drawings: [(target: Int, method: Int, drawing: ReportedMap.Drawing)] {
    image.maps.enumerated().flatMap { target, row in
      row.enumerated().compactMap { method, map in
        if case .drawn(let drawing) = map { (target, method, drawing) } else { nil }
      }
    }
  }

  /// "castle by seed"
  func name(_ target: Int, _ method: Int) -> String { "\(image.targets[target].name) by \(image.methods[method])" }

  /// Marks an element that is shown while this map is; `hidden` but for the first.
  func mark(_ target: Int, _ method: Int) -> HTML {
    (target, method) == first ? "data-of=\"\(target)-\(method)\"" : "data-of=\"\(target)-\(method)\" hidden"
  }

  /// What the network says.
  var verdict: HTML {
    guard let top = image.classes.first else { return "" }
    return """
      <p class="lead">The network says <strong>\(top.name)</strong>, \(NumberText.percent(top.probability)) \
      (score \(NumberText.plain(top.score))).</p>
      """
  }
}

/// Bytes as the text that data in pages is written in.
func base64(_ bytes: [UInt8]) -> String { Data(bytes).base64EncodedString() }
