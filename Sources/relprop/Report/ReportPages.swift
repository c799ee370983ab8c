import Foundation
import Imaging
import RelevancePropagation
import Reporting
import Synchronization

/// Writes the pages of a report while images are explained: on many threads, in the images' order where it matters.
final class ReportPages: Sendable {
  /// What became of an image.
  struct Outcome: Sendable {
    var number: Int
    var result: Result<Written, any Error>
  }

  /// What an image leaves for the whole.
  struct Written: Sendable {
    /// In the index.
    var card: IndexPage.Card?
    /// In the one page that holds all.
    var article: HTML?
    var provenance: Provenance
    var methods: [String]
  }

  private struct State: ~Copyable {
    var cards: [IndexPage.Card] = []
    var failures: [(number: Int, error: any Error)] = []
    var first: (provenance: Provenance, methods: [String])?
    /// The page that holds all images.
    var page: AtomicFile?
    /// Why it cannot be written any more.
    var problem: (any Error)?

    init(page: consuming AtomicFile?) { self.page = page }
  }

  let output: ReportOutput
  let drawer: ReportDrawer
  /// Of all images, with their paths.
  let names: [String]
  let paths: [String]
  let title: String
  private let palettes: [ReportPalette]
  private let scale: EmbeddedFile
  private let state: Mutex<State>

  static let maker = "relprop \(Relprop.version)"

  /// - Throws: `FileWriteError`, `ColorMapError`.
  init(_ output: ReportOutput, drawer: ReportDrawer, names: [String], paths: [String], title: String?) throws {
    self.output = output
    self.drawer = drawer
    self.names = names
    self.paths = paths
    self.title = title ?? (names.count == 1 ? names[0] : "Explanations of \(names.count) images")
    palettes = try drawer.palettes
    scale = try drawer.scale
    guard !output.hasPages else {
      state = Mutex(State(page: nil))
      return
    }
    let frame = ReportPage(
      title: self.title, palettes: palettes, scale: scale, isOfOne: names.count == 1, maker: Self.maker)
    let file = try AtomicFile(path: output.path)
    try file.write(frame.opening.markup)
    state = Mutex(State(page: file))
  }

  /// Draws one image, and writes its own page and small picture where the report has such. Any thread may call it.
  /// - Throws: `FileWriteError`, which every further image would meet too.
  func write(_ number: Int, _ material: Result<ReportMaterial, any Error>) throws -> Outcome {
    do {
      return Outcome(number: number, result: .success(try written(number, try material.get())))
    } catch let error as FileWriteError {
      throw error
    } catch {
      // Its neighbours' pages lead here.
      if output.hasPages { try writeFailure(number, "\(error)") }
      return Outcome(number: number, result: .failure(error))
    }
  }

  private func written(_ number: Int, _ material: ReportMaterial) throws -> Written {
    let image = try drawer.image(material)
    var written = Written(provenance: ReportProvenance.common(material), methods: material.methods)
    guard output.hasPages else {
      written.article = page(links: []).article(image, number: number + 1)
      return written
    }
    let (file, small) = (output.page(number), output.thumbnail(number))
    let page = page(links: output.links(number, names: names), of: material.name)
    try AtomicFile.write(page.opening.markup + page.article(image).markup + page.closing().markup, to: file.path)
    let thumbnail = try drawer.thumbnail(material)
    try AtomicFile.write(thumbnail.bytes, to: small.path)
    written.card = .init(
      name: material.name, page: file.link, picture: small.link, pictureWidth: thumbnail.width,
      pictureHeight: thumbnail.height, top: image.classes[0])
    return written
  }

  /// A page of an image that has no explanation.
  private func writeFailure(_ number: Int, _ reason: String) throws {
    let page = page(links: output.links(number, names: names), of: names[number])
    let text = page.opening.markup + page.failure(name: names[number], reason: reason).markup + page.closing().markup
    try AtomicFile.write(text, to: output.page(number).path)
  }

  /// The frame of the page of one image, or of the one that holds all.
  private func page(links: [ReportPage.Link], of name: String? = nil) -> ReportPage {
    ReportPage(
      title: name ?? title, palettes: palettes, scale: scale, links: links,
      isOfOne: output.hasPages || names.count == 1, maker: Self.maker)
  }

  /// Takes what became of an image into the whole; called in the images' order.
  func add(_ outcome: Outcome) {
    state.withLock { state in
      switch outcome.result {
      case .success(let written):
        state.first = state.first ?? (written.provenance, written.methods)
        if let card = written.card { state.cards.append(card) }
        if let article = written.article { Self.append(article, to: &state) }
      case .failure(let error):
        state.failures.append((outcome.number, error))
        guard !output.hasPages, names.count > 1 else { return }
        let page = page(links: [])
        Self.append(
          page.failure(name: names[outcome.number], reason: "\(error)", number: outcome.number + 1), to: &state)
      }
    }
  }

  private static func append(_ article: HTML, to state: inout State) {
    do { try state.page?.write(article.markup) } catch { state.problem = state.problem ?? error }
  }

  /// Why the one page cannot be written any more.
  var problem: (any Error)? { state.withLock { $0.problem } }

  /// Images that were not explained.
  var failures: [(number: Int, error: any Error)] { state.withLock { $0.failures } }

  /// Ends the report: the index, or the end of the one page, appears now.
  ///
  /// - Parameters:
  ///   - done: how many images were worked on; the others are told of as left.
  /// - Returns: how many images have explanations.
  /// - Throws: `FileWriteError`; the only image's failure.
  func finish(done: Int, evaluation: ReportedEvaluation?) throws -> Int {
    if let problem { throw problem }
    let (cards, failures, first) = state.withLock { ($0.cards, $0.failures, $0.first) }
    let count = done - failures.count
    if names.count == 1, let failure = failures.first { throw failure.error }
    guard output.hasPages else {
      let closing = page(links: []).closing(evaluation).markup
      try state.withLock { state in
        guard let file = state.page.take() else { return }
        try file.write(closing)
        try file.commit()
      }
      return count
    }
    if done < names.count { try writeFailure(done, "the run was stopped before it") }
    let left = done < names.count ? ["The run was stopped: \(names.count - done) images are left out."] : []
    let index = IndexPage(
      title: title, cards: cards,
      caption: "Beside each image the explanation of its first target by \(first?.methods.first ?? "no method").",
      failures: failures.map { (paths[$0.number], "\($0.error)") }, notes: left, methods: first?.methods ?? [],
      provenance: first?.provenance ?? Provenance(facts: []), evaluation: evaluation, maker: Self.maker)
    try AtomicFile.write(index.html.markup, to: output.path)
    return count
  }
}
