/// The list of a report's images: small pictures that load when they come into sight, filters, and an order.
public struct IndexPage: Sendable {
  public struct Card: Sendable {
    public var name: String
    /// Relative paths of its page and its small picture.
    public var page: String
    public var picture: String
    public var pictureWidth: Int
    public var pictureHeight: Int
    /// The class the network sees, its score and probability.
    public var top: ReportedImage.Class

    public init(
      name: String, page: String, picture: String, pictureWidth: Int, pictureHeight: Int, top: ReportedImage.Class
    ) {
      self.name = name
      self.page = page
      self.picture = picture
      self.pictureWidth = pictureWidth
      self.pictureHeight = pictureHeight
      self.top = top
    }
  }

  public var title: String
  public var cards: [Card]
  /// What the small pictures show.
  public var caption: String
  /// Images that could not be explained: their names, and why.
  public var failures: [(name: String, reason: String)]
  /// What a reader has to know beforehand.
  public var notes: [String]
  public var methods: [String]
  public var provenance: Provenance
  public var evaluation: ReportedEvaluation?
  /// "relprop 0.1.0"
  public var maker: String

  public init(
    title: String, cards: [Card], caption: String, failures: [(name: String, reason: String)] = [],
    notes: [String] = [], methods: [String], provenance: Provenance, evaluation: ReportedEvaluation? = nil,
    maker: String
  ) {
    self.title = title
    self.cards = cards
    self.caption = caption
    self.failures = failures
    self.notes = notes
    self.methods = methods
    self.provenance = provenance
    self.evaluation = evaluation
    self.maker = maker
  }

  /// The whole page.
  public var html: HTML {
    let items = cards.map(Self.item)
    let notes = notes.map { note -> HTML in "<p class=\"note\">\(note)</p>" }
    return """
      \(PageFrame.opening(title: title, isSelfContained: false))
      <h1>\(title)</h1>
      \(notes)
      \(failureList)
      \(evaluation?.section)
      <h2 id="images">Images</h2>
      \(filters)
      <p role="status" data-role="count">\(cards.count) images</p>
      <p class="soft">\(caption)</p>
      <ul class="cards" aria-labelledby="images">
      \(items)
      </ul>
      <section aria-labelledby="origin"><h2 id="origin">How it was made</h2>
      \(provenance.content(methods: methods))
      </section>
      \(PageFrame.closing(maker: maker, program: "<script>\(PageAssets.index)</script>"))
      """
  }

  private static func item(_ card: Card) -> HTML {
    """
    <li data-class="\(card.top.name)" data-score="\(Self.number(card.top.score))" \
    data-probability="\(Self.number(card.top.probability))"><a class="card" href="\(link: card.page)">\
    <img loading="lazy" decoding="async" width="\(card.pictureWidth)" height="\(card.pictureHeight)" \
    src="\(link: card.picture)" alt=""><span class="text"><span class="title"><bdi>\(card.name)</bdi></span>\
    \(card.top.name), \(NumberText.percent(card.top.probability)), <span class="soft">score \
    \(NumberText.plain(card.top.score))</span></span></a></li>
    """
  }

  /// For programs: all digits.
  private static func number(_ value: Double) -> String { value.isFinite ? "\(value)" : "0" }

  private var filters: HTML {
    var counts: [String: Int] = [:]
    for card in cards { counts[card.top.name, default: 0] += 1 }
    let classes = counts.sorted { ($0.key) < ($1.key) }.map { name, count -> HTML in
      "<option value=\"\(name)\">\(name) (\(count))</option>"
    }
    return """
      <form class="filters" role="search" aria-label="Images" hidden>
      <div class="setting"><label for="class">Class the network sees</label>
      <select id="class" name="class"><option value="">all</option>\(classes)</select></div>
      <div class="setting"><label for="text">Name or class contains</label>
      <input type="search" id="text" name="text" autocomplete="off"></div>
      <div class="setting"><label for="order">Order</label>
      <select id="order" name="order"><option value="given">as given</option><option value="name">name</option>\
      <option value="class">class</option><option value="score-down">highest score first</option>\
      <option value="score-up">lowest score first</option>\
      <option value="probability-down">most probable first</option>\
      <option value="probability-up">least probable first</option></select></div>
      </form>
      """
  }

  private var failureList: HTML? {
    guard !failures.isEmpty else { return nil }
    let rows = failures.map { failure -> HTML in "<li><bdi>\(failure.name)</bdi>: \(failure.reason)</li>" }
    return """
      <section aria-labelledby="failures"><h2 id="failures">Not explained: \(failures.count)</h2><ul>
      \(rows)
      </ul></section>
      """
  }
}
