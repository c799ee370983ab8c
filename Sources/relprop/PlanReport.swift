import RelevancePropagation

/// The plan as JSON.
struct PlanReport: Encodable {
  var model: String
  var composite: String
  var profile: String
  var start: String
  /// Null where no device was looked at.
  var device: String?
  var kernels: Kernels
  var targets: Int
  /// Whether the forward pass makes no a / z, for which the device has no memory beside one image.
  var dropsFactors: Bool
  var layers: [Layer]
  var total: Total
  /// Of one image's average; null without one.
  var translation: TranslationPlan?

  struct Kernels: Encodable {
    var family: String
    var precision: String
    var convolutions: String
  }

  struct Layer: Encodable {
    var name: String
    var type: String
    var rule: String
    var inputShapes: [[Int]]
    var outputShape: [Int]
    /// Null where the kernels have one way, or where nothing is computed.
    var forwardAlgorithm: String?
    var denominatorAlgorithm: String?
    var backwardAlgorithm: String?
    var forwardFLOP: Int
    var backwardFLOP: Int
    var weightBytes: Int
    var modifiedWeightBytes: Int
    var activationBytes: Int
    var relevanceBytes: Int
    var launches: Int
    var shortcuts: [String]
  }

  struct Total: Encodable {
    var forwardFLOP: Int
    var backwardFLOP: Int
    var weightBytes: Int
    var modifiedWeightBytes: Int
    var activationBytes: Int
    var backwardBytes: Int
    var launches: Int
  }

  init(
    _ plan: PropagationPlan, preset: Preset, choice: ModelOptions.Choice, device: String?, translation: TranslationPlan?
  ) {
    self.translation = translation
    self.device = device
    kernels = Kernels(
      family: plan.kernels.family.rawValue, precision: plan.kernels.precision.rawValue,
      convolutions: plan.kernels.convolutions.rawValue)
    dropsFactors = plan.dropsFactors
    model = choice.path
    composite = preset.name
    profile = preset.profile.name
    start = preset.start.rawValue
    targets = plan.targets
    layers = plan.layers.map {
      Layer(
        name: $0.name, type: $0.type, rule: $0.rule, inputShapes: $0.inputShapes.map(\.extents),
        outputShape: $0.outputShape.extents, forwardAlgorithm: $0.forwardAlgorithm,
        denominatorAlgorithm: $0.denominatorAlgorithm, backwardAlgorithm: $0.backwardAlgorithm,
        forwardFLOP: $0.forwardFLOP, backwardFLOP: $0.backwardFLOP,
        weightBytes: $0.weightBytes, modifiedWeightBytes: $0.modifiedWeightBytes, activationBytes: $0.activationBytes,
        relevanceBytes: $0.relevanceBytes, launches: $0.launches, shortcuts: $0.shortcuts)
    }
    total = Total(
      forwardFLOP: plan.forwardFLOP, backwardFLOP: plan.backwardFLOP, weightBytes: plan.weightBytes,
      modifiedWeightBytes: plan.modifiedWeightBytes, activationBytes: plan.activationBytes,
      backwardBytes: plan.backwardBytes, launches: plan.launches)
  }
}
