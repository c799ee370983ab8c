import Evaluation
import Imaging
import RelevancePropagation
import Reporting
import Scenes

/// A scene moves past the network step by step: how smoothly its explanation follows, LRP against the gradient.
enum TranslatedScenes: Experiment {
  static let name = "translation"
  private static let chart = "translation.svg"
  private static let figure = "translation-maps.svg"
  /// Scenes are drawn this large, and the network sees a window of its own size that moves by a pixel a step.
  private static let sceneSize = 112
  private static let steps = sceneSize - Scene.networkSize
  private static let most = 50
  /// Positions in the figure.
  private static let shown = [0, 4, 8, 12, 16]

  struct Result: Codable {
    var images: Int
    var steps: Int
    /// Of all windows.
    var accuracy: Double
    var rows: [Row]
    /// Gradient minus LRP.
    var continuityGradientMinusLRP: PairedDifference
    var changeGradientMinusLRP: PairedDifference
  }

  struct Row: Codable {
    var method: String
    /// max ‖R(x_t) − R(x_{t+1})‖₁ / ‖x_t − x_{t+1}‖₂ over the steps, in units of the windows' mean Σ|R|; of each scene.
    var continuity: Distribution
    /// ‖R(x_t), moved back, − R(x_0)‖₁ / ‖R(x_0)‖₁ over the pixels both windows saw, mean over t = 1 … ; of each scene.
    var change: Distribution
    /// The same for every t, mean over the scenes and its standard error.
    var changeByStep: [Double]
    var changeError: [Double]
  }

  private static let methods: [MapMethod] = [.seed, .alphaBeta(2), .gradientInput, .gradient, .sensitivity]

  /// A scene's windows, and what was found for one method: the two numbers, and the change by step.
  private struct Path {
    var continuity: Double
    var changes: [Double]
    var change: Double { changes.dropFirst().reduce(0, +) / Double(changes.count - 1) }
  }

  static func measure(in laboratory: Laboratory) throws -> Result {
    let network = try laboratory.demo
    let count = max(min(most, laboratory.images / 10), 2)
    let set = try SceneSet(count: count, size: sceneSize, seed: laboratory.seed)
    let scenes = try (0..<count).map { try set.scene(at: $0) }
    let windows = try scenes.map { try inputs(of: $0, for: network) }
    let all = Tensor.stack(windows.flatMap { window in (0...steps).map { window[$0] } })
    let targets = scenes.flatMap { Array(repeating: $0.subject.index, count: steps + 1) }
    let isRight = zip(try laboratory.scores(all, of: network), targets).map { $0.topClass == $1 }
    let paths = try methods.map { method in
      try self.paths(of: windows, classes: scenes.map(\.subject.index), by: method, network, on: laboratory.engine)
    }
    try keepFigure(scenes, windows, network, in: laboratory)
    let gradient = methods.firstIndex { $0.name == MapMethod.gradient.name }!
    return Result(
      images: count, steps: steps, accuracy: Double(isRight.count { $0 }) / Double(isRight.count),
      rows: zip(methods, paths).map { row($0.name, $1) },
      continuityGradientMinusLRP: PairedDifference(paths[gradient].map(\.continuity), paths[0].map(\.continuity)),
      changeGradientMinusLRP: PairedDifference(paths[gradient].map(\.change), paths[0].map(\.change)))
  }

  private static func row(_ method: String, _ paths: [Path]) -> Row {
    let byStep = (0...steps).map { step in Distribution(paths.map { $0.changes[step] }) }
    return Row(
      method: method, continuity: Distribution(paths.map(\.continuity)), change: Distribution(paths.map(\.change)),
      changeByStep: byStep.map(\.mean), changeError: byStep.map(\.standardError))
  }

  /// The windows as the network reads them, `[steps + 1, 3, 96, 96]`: window t begins at column t.
  private static func inputs(of scene: Scene, for network: TrainedNetwork) throws -> Tensor {
    let preprocessor = try Preprocessor(network.preprocessing, inputShape: network.network.inputShape)
    let side = Scene.networkSize
    return Tensor.stack(
      try (0...steps).map { step in
        var pixels: [UInt8] = []
        for row in steps / 2..<steps / 2 + side {
          let first = (row * scene.size + step) * 3
          pixels += scene.image[first..<first + side * 3]
        }
        return try preprocessor.input(Photograph(width: side, height: side, pixels: pixels)).tensor
      })
  }

  private static func paths(
    of windows: [Tensor], classes: [Int], by method: MapMethod, _ network: TrainedNetwork, on engine: Engine
  ) throws -> [Path] {
    let explaining = try method.runner(for: network, on: engine, batch: steps + 1)
    let shifts = (0...steps).map { Shift(0, -$0) }
    let comparing = try ContinuityRunner(explaining, shifts: shifts)
    return try zip(windows, classes).map { window, index in
      let copies = shifts.indices.map { window[$0] }
      let maps = try explaining.relevance(of: copies, classes: copies.map { _ in index }).map { PixelMap($0) }
      let unit = maps.reduce(0) { $0 + $1.values.reduce(0) { $0 + abs($1) } } / Double(maps.count)
      return Path(
        continuity: try comparing.continuity(ofCopies: copies, class: index).largestOfNeighbours / unit,
        changes: zip(maps, shifts).map { maps[0].instability($0, by: $1) })
    }
  }

  private static func keepFigure(
    _ scenes: [Scene], _ windows: [Tensor], _ network: TrainedNetwork, in laboratory: Laboratory
  ) throws {
    // The second class, castle: upright edges, which a shift changes most.
    let preprocessor = try Preprocessor(network.preprocessing, inputShape: network.network.inputShape)
    let chosen = Tensor.stack(shown.map { windows[1][$0] })
    let targets = shown.map { _ in scenes[1].subject.index }
    let rows = try [MapMethod.seed, .gradientInput, .gradient].map { method in
      let relevance = try method.relevance(of: chosen, targets: targets, with: network, on: laboratory.engine)
      return PictureSheet.Row(
        title: method.name, cells: try relevance.map { PictureSheet.Cell(try Heatmap($0).drawn()) })
    }
    let pictures = PictureSheet.Row(
      title: "", cells: shown.map { PictureSheet.Cell(preprocessor.picture(windows[1][$0]), "\($0) pixels") })
    try laboratory.keep(
      PictureSheet(title: "A scene moves to the left", rows: [pictures] + rows).drawn(), as: figure)
  }

  static func section(_ result: Result) -> Section {
    var table = MarkdownTable([
      "map", "continuity, largest of the steps", "change after moving back, mean of the steps",
    ])
    for row in result.rows {
      table.add([row.method, NumberText.spread(row.continuity, 4), NumberText.spread(row.change, 3)])
    }
    let lines = BandChart(
      title: "Change of the map, moved back, mean of \(result.images) scenes and its standard error",
      horizontal: "pixels moved", vertical: "‖R(x_t), moved back, − R(x_0)‖₁ / ‖R(x_0)‖₁",
      series: result.rows.map { row in
        BandChart.Series(
          row.method,
          zip(row.changeByStep, row.changeError).enumerated().map { (x: Double($0), y: $1.0, spread: $1.1) })
      })
    return Section(
      title: "(f) Continuity while a scene is translated",
      parts: [
        .text(
          """
          Montavon et al. 2018 ask that an explanation changes little where the image changes little: \
          max ‖R(x) − R(x')‖₁ / ‖x − x'‖₂. \(result.images) scenes are drawn at \(sceneSize) pixels, and a window of 96 moves over \
          them in \(result.steps) steps of a pixel (no pixel is invented; \(NumberText.percent(result.accuracy)) of the windows \
          are recognised). The true class is explained. Maps have other units in every method, so each is divided by its mean Σ|R|. \
          As the thing moves, a right explanation moves too, which this formula counts as change; so the last column moves the \
          map back first.
          """), .table(table), .figure(chart, "change by step"), .figure(figure, "maps of a moving scene"),
      ],
      claims: [
        Claim(
          text: "LRP's explanation is more continuous than the gradient (formula of Montavon et al.)",
          verdict: result.continuityGradientMinusLRP.verdict,
          evidence: "gradient minus LRP \(NumberText.difference(result.continuityGradientMinusLRP, 4)); larger in "
            + "\(NumberText.percent(result.continuityGradientMinusLRP.shareLarger, digits: 0)) of the scenes"),
        Claim(
          text: "moved back, LRP's map has changed less than the gradient's",
          verdict: result.changeGradientMinusLRP.verdict,
          evidence: "gradient minus LRP \(NumberText.difference(result.changeGradientMinusLRP, 3)); larger in "
            + "\(NumberText.percent(result.changeGradientMinusLRP.shareLarger, digits: 0)) of the scenes"),
      ], charts: [chart: lines.picture])
  }
}
