import Evaluation
import RelevancePropagation
import Reporting
import Scenes

/// How much the network looks at the surroundings: mean relevance outside the subject over that inside, class by class.
enum Context: Experiment {
  static let name = "context"
  private static let chart = "context.svg"

  struct Result: Codable {
    var images: Int
    var lrp: String
    var sensitivity: String
    var classes: [Row]
    var all: Row
    var sensitivityMinusLRP: PairedDifference
  }

  struct Row: Codable {
    var label: String
    /// Of the positive part of LRP's relevance, and of sensitivity.
    var lrp: Distribution
    var sensitivity: Distribution
    /// Share of the image that the subject covers.
    var subject: Distribution
  }

  static func measure(in laboratory: Laboratory) throws -> Result {
    let network = try laboratory.demo
    let group = try laboratory.scenes()
    func ratios(_ method: MapMethod) throws -> [Double] {
      let maps = try laboratory.maps(method, of: group.inputs, targets: group.classes, with: network)
      return try zip(maps, group.scenes).map {
        try OutsideInsideRatio(of: .positive).value(of: $0, in: $1.subjectMask())
      }
    }
    let (lrp, sensitivity) = try (ratios(.seed), ratios(.sensitivity))
    func row(_ label: String, _ places: [Int]) -> Row {
      Row(
        label: label, lrp: Distribution(places.map { lrp[$0] }),
        sensitivity: Distribution(places.map { sensitivity[$0] }),
        subject: Distribution(places.map { group.scenes[$0].maskShare }))
    }
    return Result(
      images: group.scenes.count, lrp: MapMethod.seed.name, sensitivity: MapMethod.sensitivity.name,
      classes: SceneClass.allCases.map { subject in
        row(subject.label, group.scenes.indices.filter { group.scenes[$0].subject == subject })
      }, all: row("all", Array(group.scenes.indices)),
      sensitivityMinusLRP: PairedDifference(sensitivity, lrp))
  }

  static func section(_ result: Result) -> Section {
    var table = MarkdownTable(["class", "LRP: mean ± deviation", "median", "largest", "sensitivity", "subject's share"])
    for row in result.classes + [result.all] {
      table.add([
        row.label, NumberText.spread(row.lrp, 3), NumberText.fixed(row.lrp.median, 3),
        NumberText.fixed(row.lrp.largest, 2),
        NumberText.spread(row.sensitivity, 3), NumberText.percent(row.subject.mean),
      ])
    }
    let bars = BarChart(
      title: "Relevance outside over inside, LRP, mean of each class", unit: "ratio",
      categories: result.classes.map(\.label), series: [.init(result.lrp, result.classes.map(\.lrp.mean))])
    let worst = result.classes.max { $0.lrp.mean < $1.lrp.mean }!
    let best = result.classes.min { $0.lrp.mean < $1.lrp.mean }!
    return Section(
      title: "(c) Context",
      parts: [
        .text(
          """
          Lapuschkin et al. 2016 tell from the ratio of relevance outside and inside an object which classes a network \
          recognises by their surroundings. In these scenes the surroundings know nothing of the class: a ratio well below 1 is \
          the right answer for every class (1: a pixel outside counts as much as one of the subject). \
          \(result.images) scenes, positive relevance of the true class, the subject's mask in the place of a box.
          """), .table(table), .figure(chart, "ratio by class"),
      ],
      claims: [
        Claim(
          text:
            "where the surroundings tell nothing, LRP shows that the network does not use them: ratio below 0.5 in every class",
          verdict: Verdict(worst.lrp.mean < 0.5),
          evidence:
            "\(best.label) \(NumberText.fixed(best.lrp.mean, 3)) … \(worst.label) \(NumberText.fixed(worst.lrp.mean, 3))"
        ),
        Claim(
          text: "sensitivity puts more outside than LRP", verdict: result.sensitivityMinusLRP.verdict,
          evidence: "sensitivity minus LRP \(NumberText.difference(result.sensitivityMinusLRP, 3)); larger in "
            + "\(NumberText.percent(result.sensitivityMinusLRP.shareLarger, digits: 0)) of the scenes"),
      ], charts: [chart: bars.picture])
  }
}
