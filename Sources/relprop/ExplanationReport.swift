import Compute
import Foundation
import Imaging
import RelevancePropagation

/// Everything needed to repeat an explanation: what the JSON beside the pictures holds.
struct ExplanationReport: Codable, Sendable {
  var tool = "relprop \(Relprop.version)"
  /// Digest of all that decided the results, the image included; null where a command does not resume.
  var settings: String?
  /// The command line, with this image alone where it named many.
  var command: [String]
  var model: Model
  var image: Image
  var preprocessing: Preprocessing
  /// "lrp", or a baseline with its numbers.
  var method: String
  /// Empty for a baseline, as are the rules and the ledger.
  var composite: String
  var rules: [LayerRule]
  var target: Class
  var explained: Explained
  /// What relevance had to pass through.
  var filters: [Filter]
  var top: [Class]
  var relevanceSum: Double
  var conservation: [LedgerRow]
  var alarms: [Alarm]
  /// What a translation average was made of; null for one plain explanation.
  var translation: TranslationReport?
  var heatmap: Drawing
  var device: DeviceDescription
  var seconds: Seconds
  var files: [String: String]

  struct Model: Codable, Sendable {
    var path: String
    var sha256: String
    var format: String
    var architecture: String
    var parameters: Int
    var inputShape: [Int]
  }

  struct Image: Codable, Sendable {
    var path: String
    var width: Int
    var height: Int
    /// What of it the network saw, in its pixels: x, y, width, height.
    var seen: [Double]
  }

  struct LayerRule: Codable, Sendable {
    var layer: String
    var type: String
    var rule: String
  }

  struct Class: Codable, Sendable {
    var index: Int
    var name: String
    var score: Float
    var probability: Double
  }

  struct LedgerRow: Codable, Sendable {
    var layer: String
    var rule: String
    var incoming: Double
    var outgoing: Double
    var bias: Double
    var stabilizer: Double
    var filter: Double
    var other: Double
    /// Σ|R| at the layer's output; of it, at a rectifier, at units that are off.
    var magnitude: Double
    var idle: Double?
  }

  /// What the target is, its value f(z), and the relevance the backward pass started from.
  struct Explained: Codable, Sendable {
    var target: String
    var value: Double
    /// Null for a baseline, which propagates nothing.
    var start: Double?
    /// Log-odds only: start = η_c + H(p), in nats.
    var entropy: Double?
  }

  struct Filter: Codable, Sendable {
    var layer: String
    var channels: [Int]
  }

  struct Alarm: Codable, Sendable {
    var kind: String
    var layer: String
    var rule: String
    var ratio: Double
    var message: String
  }

  struct Drawing: Codable, Sendable {
    var colorMap: String
    var range: String
    /// Relevance of the strongest colour.
    var bound: Double
  }

  struct DeviceDescription: Codable, Sendable {
    var name: String
    var platform: String
    var driver: String
    /// Family of the kernels, and what speed was allowed to cost.
    var kernels: String
    var precision: String
  }

  /// Of one image: a pass over a batch takes `batch` times as long.
  struct Seconds: Codable, Sendable {
    var forward: Double
    var backward: Double
    var batch: Int
  }
}

extension ExplanationReport.LedgerRow {
  init(_ layer: Ledger.Layer, entry: Int) {
    self.init(
      layer: layer.node, rule: layer.rule, incoming: layer.incoming[entry], outgoing: layer.outgoing[entry],
      bias: layer.bias[entry], stabilizer: layer.stabilizer[entry],
      filter: layer.filter[entry], other: layer.other(entry), magnitude: layer.magnitude[entry],
      idle: layer.idle?[entry])
  }
}

extension ExplanationReport.Explained {
  init(_ explanation: Explanation) {
    self.init(target: "\(explanation.explained)", value: explanation.value, start: explanation.start, entropy: nil)
    if start != nil, case .logOdds(let c) = explanation.explained {
      entropy = LogOdds(explanation.scores.logits, of: c).entropy
    }
  }
}

extension ExplanationReport.Alarm {
  init(_ alarm: LedgerAlarm) {
    self.init(
      kind: alarm.kind.rawValue, layer: alarm.layer, rule: alarm.rule, ratio: alarm.ratio, message: "\(alarm)")
  }
}

extension ExplanationReport.DeviceDescription {
  init(_ engine: Engine) {
    let device = engine.device
    self.init(
      name: device.name, platform: "\(device.platform), \(device.platformVersion)", driver: device.driverVersion,
      kernels: engine.family.rawValue, precision: engine.precision.rawValue)
  }
}
