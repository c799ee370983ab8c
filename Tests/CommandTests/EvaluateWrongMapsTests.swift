import Foundation
import Scenes
import Testing

/// What is known to be wrong ranks last under the command's own plan: scores that cannot tell are not worth their name.
@Suite struct EvaluateWrongMapsTests {
  private struct Report: Decodable {
    struct Row: Decodable {
      struct Value: Decodable {
        var method: String
        var images: Int
        var mean: Double
        var rank: Double?
      }
      var name: String
      var group: String
      var values: [Value]
    }
    struct Overall: Decodable {
      var method: String
      var groups: [String: Double]
    }
    var scores: [Row]
    var overall: [Overall]
  }

  @Test("random maps, maps of another image and the negative of LRP rank behind LRP in every faithfulness score")
  func wrongMaps() throws {
    let folder = try TemporaryFolder()
    // Scenes that the plan was not chosen on.
    try SceneSet(count: 20, seed: 1234).write(to: folder.file("in"))
    let right = ["seed", "epsilon_plus"]
    let wrong = ["random", "other-image of seed", "negative of seed"]
    // The wrong ones first and between: ranks come from scores, not from the order of the methods.
    let command = try Command(
      [
        "evaluate", folder.file("in"), "--model", Repository.model, "--output", folder.file("out"), "--shifts", "0",
      ] + ["random", "seed", "other-image", "negative", "epsilon_plus"].flatMap { ["--method", $0] })
    #expect(command.status == 0, "\(command.errors)")
    let report = try JSONDecoder().decode(
      Report.self, from: Data(contentsOf: URL(fileURLWithPath: folder.file("out/evaluation.json"))))
    let faithful = report.scores.filter { $0.group == "faithfulness" }
    #expect(
      faithful.map(\.name) == [
        "AOPC: pixels, most relevant first, zero", "area under p: pixels, most relevant first, zero",
        "AOPC: patches of 8, most relevant first, zero", "area under p: patches of 8, most relevant first, zero",
        "AOPC: patches of 8, least relevant first, zero", "area under p: patches of 8, least relevant first, zero",
        "selectivity: patches of 8",
      ])
    for score in faithful {
      let values = Dictionary(uniqueKeysWithValues: score.values.map { ($0.method, $0) })
      #expect(values.values.allSatisfy { $0.images == 20 })
      for wrong in wrong {
        for right in right {
          let (ahead, behind) = (try #require(values[right]), try #require(values[wrong]))
          #expect(
            try #require(ahead.rank) < (try #require(behind.rank)),
            "\(score.name): \(right) has \(ahead.mean), \(wrong) \(behind.mean)")
        }
      }
    }
    let overall = Dictionary(uniqueKeysWithValues: report.overall.map { ($0.method, $0.groups) })
    #expect(right.allSatisfy { overall[$0]!["faithfulness"]! < 2.5 && overall[$0]!["localisation"]! < 3 })
    #expect(wrong.allSatisfy { overall[$0]!["faithfulness"]! >= 3 })
    // Ten pixels of 9,216 are told, and rank nobody.
    let ten = report.scores.filter { $0.group == "experiment" }
    #expect(ten.count == 2)
    #expect(ten.allSatisfy { $0.values.allSatisfy { $0.rank == nil } })
  }
}
