import Evaluation
import Imaging
import RelevancePropagation
import Scenes

/// A network that recognises one class by a mark in the corner: LRP shows it, accuracy does not.
///
/// Two networks of one architecture: an honest one, and one trained on scenes whose zebras all bear a mark. Both are judged on scenes
/// as the second one's training scenes were, which is where a user would measure accuracy.
enum CleverHans: Experiment {
  static let name = "clever-hans"
  static let figure = "clever-hans.svg"
  static let subject = SceneClass.zebra
  private static let method = MapMethod.seed
  private static let shown = 4

  struct Result: Codable {
    var images: Int
    var method: String
    /// Scenes of the marked class, and of the others.
    var marked: Int
    var others: Int
    /// Share of the image that the mark's box covers.
    var markShare: Double
    var honest: Row
    var misled: Row
    /// Of the class's scenes: share of R⁺ on the mark, misled minus honest.
    var onMarkMisledMinusHonest: PairedDifference
  }

  struct Row: Codable {
    var network: String
    /// On scenes whose zebras bear the mark, as in the second network's training, and of the zebras among them.
    var accuracy: Double
    var accuracyOfClass: Double
    /// The mark taken away: of the same zebras; the probability's mean before and after.
    var accuracyWithout: Double
    var probabilityWith: Distribution
    var probabilityWithout: Distribution
    /// The mark put on all other scenes: the share then taken for a zebra, and before.
    var othersTaken: Double
    var othersTakenBefore: Double
    /// Share of the positive relevance in the mark's box, and on the zebra.
    var onMark: Distribution
    var onSubject: Distribution
    /// Mean relevance of a pixel in the box over that of a pixel of the rest.
    var timesTheRest: Double
    /// Of accuracy on zebras, when the ledger of the relevance is asked: scenes where the mark gets more than the zebra.
    var markBeforeSubject: Double
  }

  static func measure(in laboratory: Laboratory) throws -> Result {
    let honest = try laboratory.shallow
    let plain = try laboratory.scenes()
    let marked = try SceneGroup(
      plain.scenes.map { try Scene(of: $0.subject, seed: $0.seed, marked: true) }, for: honest)
    let zebras = plain.scenes.indices.filter { plain.scenes[$0].subject == subject }
    let others = plain.scenes.indices.filter { plain.scenes[$0].subject != subject }
    let (first, firstShares) = try row(honest, plain, marked, zebras, others, in: laboratory)
    let (second, secondShares) = try row(laboratory.cleverHans, plain, marked, zebras, others, in: laboratory)
    try keepFigure(
      plain.chosen(Array(zebras.prefix(shown))), marked.chosen(Array(zebras.prefix(shown))), in: laboratory)
    let size = Double(Scene.networkSize * Scene.networkSize)
    let boxes = zebras.map { Double(marked.scenes[$0].mark!.width * marked.scenes[$0].mark!.height) / size }
    return Result(
      images: plain.scenes.count, method: method.name, marked: zebras.count, others: others.count,
      markShare: boxes.reduce(0, +) / Double(boxes.count), honest: first, misled: second,
      onMarkMisledMinusHonest: PairedDifference(secondShares, firstShares))
  }

  private static func row(
    _ network: TrainedNetwork, _ plain: SceneGroup, _ marked: SceneGroup, _ zebras: [Int], _ others: [Int],
    in laboratory: Laboratory
  ) throws -> (Row, [Double]) {
    let without = try laboratory.scores(plain.inputs, of: network)
    let with = try laboratory.scores(marked.inputs, of: network)
    func isRight(_ scores: [Scores], _ place: Int) -> Bool { scores[place].topClass == plain.classes[place] }
    func share(_ places: [Int], _ isTrue: (Int) -> Bool) -> Double {
      Double(places.count(where: isTrue)) / Double(places.count)
    }
    let right = zebras.count { isRight(with, $0) } + others.count { isRight(without, $0) }

    let group = marked.chosen(zebras)
    let maps = try laboratory.maps(method, of: group.inputs, targets: group.classes, with: network)
    let onMark = try zip(maps, group.scenes).map { map, scene in
      try RelevanceMassAccuracy().value(of: map, in: scene.mark!.mask(size: scene.size))
    }
    let onSubject = try zip(maps, group.scenes).map { try RelevanceMassAccuracy().value(of: $0, in: $1.subjectMask()) }
    // From the shares: on the honest network's maps a mark may get nothing, which is no ratio of outside to inside.
    let ratios = zip(onMark, group.scenes).map { share, scene in
      let box = Double(scene.mark!.width * scene.mark!.height)
      return share / (1 - share) * (Double(scene.size * scene.size) - box) / box
    }
    let row = Row(
      network: network.name, accuracy: Double(right) / Double(plain.scenes.count),
      accuracyOfClass: share(zebras) { isRight(with, $0) }, accuracyWithout: share(zebras) { isRight(without, $0) },
      probabilityWith: Distribution(zebras.map { with[$0].probabilities[subject.index] }),
      probabilityWithout: Distribution(zebras.map { without[$0].probabilities[subject.index] }),
      othersTaken: share(others) { with[$0].topClass == subject.index },
      othersTakenBefore: share(others) { without[$0].topClass == subject.index },
      onMark: Distribution(onMark), onSubject: Distribution(onSubject), timesTheRest: Distribution(ratios).median,
      markBeforeSubject: Double(zip(onMark, onSubject).count { $0 > $1 }) / Double(onMark.count))
    return (row, onMark)
  }

  private static func keepFigure(_ plain: SceneGroup, _ marked: SceneGroup, in laboratory: Laboratory) throws {
    let networks = try [laboratory.shallow, laboratory.cleverHans]
    var rows = [PictureSheet.Row(title: "", cells: marked.scenes.map { PictureSheet.Cell($0.picture) })]
    for (group, what) in [(marked, "with the mark"), (plain, "without it")] {
      for network in networks {
        let scores = try laboratory.scores(group.inputs, of: network)
        let relevance = try method.relevance(
          of: group.inputs, targets: group.classes, with: network, on: laboratory.engine)
        rows.append(
          PictureSheet.Row(
            title: "\(network.name), \(what)",
            cells: try relevance.indices.map { index in
              let top = scores[index].topClass
              return PictureSheet.Cell(
                try Heatmap(relevance[index]).drawn(),
                "\(network.labels[top]) \(NumberText.percent(scores[index].probabilities[top], digits: 0))")
            }))
      }
    }
    try laboratory.keep(
      PictureSheet(title: "\(method.name): why \"\(subject.label)\"?", rows: rows).drawn(), as: figure)
  }
}
