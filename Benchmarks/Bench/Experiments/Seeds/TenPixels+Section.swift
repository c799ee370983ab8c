import Reporting

extension TenPixels {
  static func section(_ result: Result) -> Section {
    let demo = result.rows.filter { $0.network == "demo" }
    let images = demo.first?.images ?? 0
    let digits =
      result.hasDigits
      ? "`mnist_cnn` and `mnist_mlp` are the reference cases' networks for digits, on their 150 digits."
      : "The reference cases' networks for digits were not there."
    return Section(
      title: "(a) Ten pixels negated",
      parts: [
        .text(
          """
          The practical work on MNIST negates the ten pixels of lowest relevance, which should raise the probability of the \
          explained class, and the ten of highest, which should lower it. Here on \(images) scenes: x → −x of all three \
          colours, which mirrors a pixel at the training set's mean colour. \(digits) All layers with weights have the same rule.
          """),
        .table(table(result.rows)),
        .text(
          """
          The practical work's own printed figures are not among this project's sources, so that no column repeats them; its \
          table has the same columns.
          """),
      ], claims: claims(demo))
  }

  /// Each method beside its own chance: pixels taken at random.
  private static func claims(_ rows: [Row]) -> [Claim] {
    guard let chance = rows.last else { return [] }
    return rows.dropLast().filter { $0.method.hasPrefix("LRP") }.flatMap { row in
      [
        claim(
          "\(row.method): negating the ten lowest pixels raises the probability, in more images than ten random pixels do",
          row.lowest.shareImproved, chance.lowest.shareImproved, row.images),
        claim(
          "\(row.method): negating the ten highest pixels lowers it, in more images than ten random pixels do",
          row.highest.shareWorsened, chance.highest.shareWorsened, row.images),
      ]
    }
  }

  private static func claim(_ text: String, _ share: Double, _ chance: Double, _ images: Int) -> Claim {
    // Two shares of the same number of images: the standard error of their difference.
    let error = ((share * (1 - share) + chance * (1 - chance)) / Double(images)).squareRoot()
    let difference = share - chance
    let verdict: Verdict = difference > 2 * error ? .holds : difference < -2 * error ? .fails : .open
    return Claim(
      text: text, verdict: verdict,
      evidence: "\(NumberText.percent(share)) of \(images) scenes, random \(NumberText.percent(chance))")
  }
}
