/// What all pages have around their content.
enum PageFrame {
  /// Up to the content.
  /// - Parameters:
  ///   - isSelfContained: whether the page may show nothing but what it holds.
  ///   - links: to other pages of the report.
  static func opening(title: String, isSelfContained: Bool, links: [HTML] = []) -> HTML {
    let pictures: HTML = isSelfContained ? "data: blob:" : "* data: blob: file:"
    let navigation: HTML = links.isEmpty ? "" : "<nav aria-label=\"Pages of this report\">\(links)</nav>"
    return """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src \(pictures); \
      style-src 'unsafe-inline'; script-src 'unsafe-inline'">
      <meta name="generator" content="relprop report">
      <title>\(title)</title>
      <link rel="icon" href="data:,">
      <style>\(PageAssets.style)</style>
      <noscript><style>[hidden]:not([data-script]) { display: revert !important; }</style></noscript>
      </head>
      <body>
      <a class="skip" href="#content">Skip to the content</a>
      <header class="bar"><p class="brand">relprop report</p>\(navigation)</header>
      <main id="content" tabindex="-1">

      """
  }

  /// From the content to the end.
  static func closing(maker: String, program: HTML) -> HTML {
    """
    </main>
    <footer class="foot"><p>Made by \(maker).</p></footer>
    \(program)
    </body>
    </html>

    """
  }

  /// Facts as terms and their values.
  static func list(_ facts: [(term: String, value: String)], class name: String) -> HTML {
    let rows = facts.map { fact -> HTML in "<div><dt>\(fact.term)</dt><dd>\(fact.value)</dd></div>" }
    return "<dl class=\"\(name)\">\(rows)</dl>"
  }

  /// A table that scrolls where it is wider than the page, by keys too.
  static func scrolling(_ table: HTML, label: String) -> HTML {
    "<div class=\"wide\" role=\"region\" tabindex=\"0\" aria-label=\"\(label)\">\(table)</div>"
  }
}
