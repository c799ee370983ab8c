import Foundation
import RelevancePropagation

/// The cases of one model: REFS/<model>/cases.json.
package struct CaseFile: Decodable {
  package let cases: [ReferenceCase]

  package init(path: String) throws {
    self = try JSONDecoder().decode(Self.self, from: Data(contentsOf: URL(fileURLWithPath: path)))
  }
}

/// One case: what to start from and which rule each layer gets.
package struct ReferenceCase: Decodable {
  package let name: String
  package let kind: String
  package let tier: String
  /// "logit", "one", "logodds".
  package let start: String?
  /// Class of every image.
  package let targets: [Int]
  let groups: [Group]
  /// The windows of a sliding case.
  let sliding: SlidingDescription?
  /// The network of a procedure, and which of its images are explained.
  package let model: String?
  let images: [Int]?
  /// Translation: what lies outside ("zero", "low", "edge"), and what the sum is divided by ("total", "valid").
  let fill: String?
  let normalise: String?
  /// How far from the stored tensors a result may be.
  package let tolerance: Tolerance

  /// Packages that give other numbers under the same name, and by how much.
  package let disagreements: [String: Disagreement]
  /// Numbers of baselines: samples or steps, edge and distance of occluding windows.
  let iterations: Int?
  let window: Int?
  let stride: Int?

  /// The rule of every node of `network`; cases.json leaves out what only rearranges.
  /// - Throws: `NotYet` for rules the library does not have.
  package func rules(for network: Network) throws -> [String: any Rule] {
    var rules: [String: any Rule] = [:]
    for group in groups {
      let rule = try group.rule.translated()
      for layer in group.layers where network[layer] != nil { rules[layer] = rule }
    }
    for node in network.nodes where rules[node.name] == nil {
      if RuleTable.rearranges(node.layer) { rules[node.name] = PassRule() }
    }
    return rules
  }

  struct Group: Decodable {
    let layers: [String]
    let rule: RuleDescription
  }

  /// max|x − ref| / max|ref| at the input.
  package struct Disagreement: Decodable {
    package let atInput: Double
    enum CodingKeys: String, CodingKey { case atInput = "input_max_rel" }
  }

  /// Of max|x − ref| / max|ref|, and the least cosine.
  package struct Tolerance: Decodable, Sendable {
    package let largest: Double
    package let cosine: Double

    enum CodingKeys: String, CodingKey {
      case cosine
      case largest = "max_rel"
    }
  }

  enum CodingKeys: String, CodingKey {
    case kind, tier, tolerance, disagreements, window, stride, model, images, fill, normalise
    case iterations = "n_iter"
    case name = "case"
    case start = "init"
    case targets = "target"
    case groups = "rules"
  }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    name = try container.decode(String.self, forKey: .name)
    kind = try container.decode(String.self, forKey: .kind)
    tier = try container.decode(String.self, forKey: .tier)
    start = try container.decodeIfPresent(String.self, forKey: .start)
    targets =
      (try? container.decodeIfPresent([Int].self, forKey: .targets))
      ?? (try? container.decodeIfPresent(Int.self, forKey: .targets)).map { [$0] } ?? []
    tolerance =
      (try? container.decodeIfPresent(Tolerance.self, forKey: .tolerance)) ?? Tolerance(largest: 2e-5, cosine: 1 - 1e-8)
    disagreements = (try? container.decodeIfPresent([String: Disagreement].self, forKey: .disagreements)) ?? [:]
    groups = try container.decodeIfPresent([Group].self, forKey: .groups) ?? []
    iterations = try container.decodeIfPresent(Int.self, forKey: .iterations)
    window = try container.decodeIfPresent(Int.self, forKey: .window)
    model = try container.decodeIfPresent(String.self, forKey: .model)
    images = try container.decodeIfPresent([Int].self, forKey: .images)
    fill = try container.decodeIfPresent(String.self, forKey: .fill)
    normalise = try container.decodeIfPresent(String.self, forKey: .normalise)
    sliding = kind == "sliding" ? try SlidingDescription(from: decoder) : nil
    stride = try? container.decodeIfPresent(Int.self, forKey: .stride)  // a pair in procedures
  }
}

/// A rule as cases.json writes it.
struct RuleDescription: Decodable {
  let rule: String
  let stab: StabilizerDescription?
  let gamma: Float?
  let alpha: Float?
  let beta: Float?
  let bias: String?
  let low: [Double]?
  let high: [Double]?
  let ties: String?
  let gain: Float?
}

struct StabilizerDescription: Decodable {
  let mode: String
  let eps: Float
  let k: Float?
}
