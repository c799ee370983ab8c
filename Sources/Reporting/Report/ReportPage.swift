/// A page that holds all it shows: one image or several, each with the explanations of its targets by every method.
///
/// It is written piece by piece, so that a page of many images needs no more memory than one:
/// `opening`, then `article(_:)` for every image, then `closing`.
public struct ReportPage: Sendable {
  /// A page beside this one.
  public struct Link: Sendable {
    public var text: String
    /// Relative path.
    public var path: String

    public init(text: String, path: String) {
      self.text = text
      self.path = path
    }
  }

  /// Stands near the beginning of every page that this module makes.
  public static let mark = "<meta name=\"generator\" content=\"relprop report\">"

  public let title: String
  /// The first is the one the heatmaps are drawn with.
  public let palettes: [ReportPalette]
  /// All 256 entries of a palette in a row, as a PNG file whose palette may be exchanged.
  public let scale: EmbeddedFile
  public let links: [Link]
  /// Whether the page shows one image, which is its heading then.
  public let isOfOne: Bool
  /// "relprop 0.1.0"
  public let maker: String

  /// - Precondition: at least one palette.
  public init(
    title: String, palettes: [ReportPalette], scale: EmbeddedFile, links: [Link] = [], isOfOne: Bool, maker: String
  ) {
    precondition(!palettes.isEmpty)
    self.title = title
    self.palettes = palettes
    self.scale = scale
    self.links = links
    self.isOfOne = isOfOne
    self.maker = maker
  }

  /// What stands before the first image.
  public var opening: HTML {
    let links = links.map { link -> HTML in "<a href=\"\(link: link.path)\">\(link.text)</a>" }
    let heading: HTML = isOfOne ? "" : "<h1>\(title)</h1>\n"
    return "\(PageFrame.opening(title: title, isSelfContained: true, links: links))\(heading)"
  }

  /// One image.
  /// - Parameter number: distinct for every image of the page.
  public func article(_ image: ReportedImage, number: Int = 1) -> HTML {
    let part = PagePart(image: image, page: self, id: "image-\(number)", level: isOfOne ? 1 : 2)
    let notes = image.notes.map { note -> HTML in "<p class=\"note\">\(note)</p>" }
    return """
      <article class="image" id="\(part.id)" aria-labelledby="\(part.id)-name">
      <header>
      \(part.heading(0, image.name, id: "name"))
      \(part.verdict)
      <p class="soft">\(image.framing)</p>
      \(notes)
      </header>
      \(part.viewer)
      \(part.sideBySide)
      \(part.scores)
      \(part.ledgers)
      \(part.provenance)
      </article>

      """
  }

  /// An image that could not be explained.
  public func failure(name: String, reason: String, number: Int = 1) -> HTML {
    let level = isOfOne ? 1 : 2
    return """
      <article id="image-\(number)">
      <h\(level)><bdi>\(name)</bdi></h\(level)>
      <p class="note">This image was not explained: \(reason)</p>
      </article>

      """
  }

  /// What stands behind the last image.
  public func closing(_ evaluation: ReportedEvaluation? = nil) -> HTML {
    struct Palette: Encodable {
      var name: String
      var colors: String
      var diverging: Bool
    }
    let data = palettes.map {
      Palette(name: $0.name, colors: base64($0.colors), diverging: $0.isDiverging)
    }
    let program: HTML = """
      <script type="application/json" id="palettes">\(json: data)</script>
      <script>\(PageAssets.page)</script>
      """
    return "\(evaluation?.section)\(PageFrame.closing(maker: maker, program: program))"
  }
}
