import Evaluation
import Foundation
import Imaging
import RelevancePropagation

/// A removal for `relprop-bench serve`: images and maps from files, curves to a file, timed from the maps to the last curve.
struct RemovalRequest: Codable, Hashable {
  /// `.npy`: images `[N, C, H, W]` as the network reads them, and maps `[N, H, W]`.
  var input: String
  var maps: String
  /// The class of every image.
  var targets: [Int]
  /// Edge of a patch in pixels; nil: single pixels.
  var patch: Int?
  /// most, least.
  var order = "most"
  /// zero, low, mean, negation, inversion.
  var replacement = "low"
  var steps: Int?
  var unitsPerStep = 1
  var batch = 64
  /// Whether every perturbed image is computed as a whole.
  var whole = false
  /// Runs before the timed ones, and these.
  var untimed = 0
  var timed = 1
  /// Where the curves of the last run go, `.npy`, `[N, K + 1, 2]`: score and probability.
  var output: String?

  init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    func value<T: Decodable>(_ key: CodingKeys, _ standard: T) throws -> T {
      try values.decodeIfPresent(T.self, forKey: key) ?? standard
    }
    input = try values.decode(String.self, forKey: .input)
    maps = try values.decode(String.self, forKey: .maps)
    targets = try values.decode([Int].self, forKey: .targets)
    (patch, steps) = (try value(.patch, nil), try value(.steps, nil))
    (order, replacement) = (try value(.order, "most"), try value(.replacement, "low"))
    (unitsPerStep, batch) = (try value(.unitsPerStep, 1), try value(.batch, 64))
    (whole, untimed, timed) = (try value(.whole, false), try value(.untimed, 0), try value(.timed, 1))
    output = try value(.output, nil)
  }

  var removal: Removal {
    get throws {
      let orders: [String: RemovalOrder] = ["most": .mostRelevantFirst, "least": .leastRelevantFirst]
      let replacements: [Replacement] = [.zero, .low, .mean, .negation, .inversion]
      guard let order = orders[order], let replacement = replacements.first(where: { $0.name == replacement }) else {
        throw SessionError("remove: order \(self.order), replacement \(self.replacement): not known")
      }
      guard patch ?? 1 > 0, steps ?? 1 > 0, unitsPerStep > 0, batch > 0 else {
        throw SessionError("remove: patch, steps, unitsPerStep and batch are positive")
      }
      return Removal(
        patch.map { .patch(edge: $0) } ?? .pixel, order, replacement, steps: steps, unitsPerStep: unitsPerStep)
    }
  }

  /// Orders the maps, removes, and tells the seconds of each timed run.
  func run(with runner: RemovalRunner) throws -> ServeAnswer {
    let (images, maps) = (try NumPyArray(path: input).tensor, try NumPyArray(path: self.maps).tensor)
    guard images.shape.rank == 4, maps.shape.rank == 3, images.shape[0] == maps.shape[0], targets.count == maps.shape[0]
    else {
      throw SessionError(
        "remove: \(images.shape) images, \(maps.shape) maps, \(targets.count) targets do not belong together")
    }
    let removal = try removal
    let all = (0..<images.shape[0]).map { RemovalImage(images[$0], key: UInt64($0)) }
    var (seconds, curves): ([Double], [RemovalCurve]) = ([], [])
    for number in 0..<untimed + max(timed, 1) {
      let duration = try ContinuousClock().measure {
        let entries = try all.indices.map {
          try RemovalEntry(
            image: $0, key: all[$0].key, map: RelevanceMap(maps[$0]), removal: removal, target: targets[$0])
        }
        curves = try runner.curves(entries, of: all, removal, way: whole ? .whole : .automatic)
      }
      if number >= untimed { seconds.append(duration / .seconds(1)) }
    }
    if let output {
      let points = curves.flatMap { curve in zip(curve.logits, curve.probabilities).flatMap { [$0, $1] } }
      try NumPyArray(shape: [curves.count, curves[0].logits.count, 2], elements: .float64(points)).write(to: output)
    }
    return ServeAnswer(seconds: seconds)
  }
}
