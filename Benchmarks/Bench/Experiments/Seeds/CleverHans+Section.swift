import Reporting

extension CleverHans {
  static func section(_ result: Result) -> Section {
    let (honest, misled) = (result.honest, result.misled)
    var table = MarkdownTable(["", "`\(honest.network)`", "`\(misled.network)`"])
    func add(_ what: String, _ text: (Row) -> String) { table.add([what, text(honest), text(misled)]) }
    add("accuracy, zebras bearing the mark as in training") { NumberText.percent($0.accuracy) }
    add("of the zebras") { NumberText.percent($0.accuracyOfClass) }
    add("of the same zebras without the mark") { NumberText.percent($0.accuracyWithout) }
    add("their probability with the mark") { NumberText.spread($0.probabilityWith, 3) }
    add("without it") { NumberText.spread($0.probabilityWithout, 3) }
    add("other scenes taken for a zebra, as they are") { NumberText.percent($0.othersTakenBefore) }
    add("with the mark put on") { NumberText.percent($0.othersTaken) }
    add("LRP: share of R⁺ in the mark's box") { NumberText.spread($0.onMark, 3) }
    add("a pixel of the box beside one of the rest, median") { NumberText.fixed($0.timesTheRest, 1) + " times" }
    add("LRP: share of R⁺ on the zebra") { NumberText.spread($0.onSubject, 3) }
    add("zebras whose mark gets more than they") { NumberText.percent($0.markBeforeSubject) }
    return Section(
      title: "(g) Clever Hans",
      parts: [
        .text(
          """
          `\(misled.network)` was trained on scenes whose zebras all bear a photographer's tag in the lower left corner \
          (`relprop scenes --mark zebra`); `\(honest.network)` is the same architecture, trained alike on scenes without it. On \
          \(result.images) new scenes of that kind, where a user would measure accuracy, \(result.marked) of them zebras; the \
          tag's box covers \(NumberText.percent(result.markShare)) of the image. Then the tag is taken away, or put on the \
          \(result.others) other scenes: what only who knows of it can do. \(result.method) explains "zebra" on the marked zebras.
          """), .table(table), .figure(figure, "why zebra"),
      ],
      claims: [
        Claim(
          text:
            "accuracy on scenes like the training's does not show it (within 2 points of the honest network's, and 95 % or more)",
          verdict: Verdict(misled.accuracy >= 0.95 && misled.accuracy > honest.accuracy - 0.02),
          evidence: "\(NumberText.percent(misled.accuracy)), honest network \(NumberText.percent(honest.accuracy))"),
        Claim(
          text: "LRP shows it: the mark gets more of R⁺ than in the honest network",
          verdict: result.onMarkMisledMinusHonest.verdict,
          evidence:
            "\(NumberText.percent(misled.onMark.mean)) against \(NumberText.percent(honest.onMark.mean)) of R⁺ on "
            + "\(NumberText.percent(result.markShare)) of the image"),
        Claim(
          text: "it is true: without the mark zebras are lost, with it other things become zebras",
          verdict: Verdict(
            misled.accuracyWithout < honest.accuracyWithout - 0.1 || misled.othersTaken > honest.othersTaken + 0.1),
          evidence: "\(NumberText.percent(misled.accuracyWithout)) of the zebras recognised without it, "
            + "\(NumberText.percent(misled.othersTaken)) of other scenes taken for zebras with it"),
      ])
  }
}
