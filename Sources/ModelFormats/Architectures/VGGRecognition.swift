import RelevancePropagation

/// Finds the VGG whose keys a state dict has.
struct VGGRecognition {
  var architecture: VGG
  var naming: VGGNaming
  var hasConvolutionBias: Bool
  var hasDenseBias: Bool

  /// - Throws: `ModelFileError` naming a missing or superfluous key where one variant nearly fits, otherwise
  ///   what was found and what is supported.
  init(_ dictionary: StateDictionary) throws {
    let found = Set(dictionary.names)
    let naming: VGGNaming =
      found.contains { $0.hasPrefix("pre_logits.") || $0.hasPrefix("head.fc") } ? .timm : .torchvision
    let biases = found.filter { $0.hasSuffix(".bias") }
    let denseBiases = Set(["classifier.0", "classifier.3", "classifier.6"].map { naming.key($0) + ".bias" })
    let hasDenseBias = !biases.isDisjoint(with: denseBiases)

    var best: (VGGRecognition, missing: [String], extra: [String])?
    for architecture in VGG.all {
      let convolutions = architecture.steps.compactMap {
        if case .convolution(let name) = $0 { name + ".bias" } else { nil }
      }
      let candidate = VGGRecognition(
        architecture: architecture, naming: naming, hasConvolutionBias: !biases.isDisjoint(with: convolutions),
        hasDenseBias: hasDenseBias)
      let keys = candidate.keys
      let missing = keys.filter { !found.contains($0) }
      let extra = found.subtracting(keys).sorted()
      if best.map({ missing.count + extra.count < $0.missing.count + $0.extra.count }) ?? true {
        best = (candidate, missing, extra)
      }
    }
    guard let (candidate, missing, extra) = best, missing.count + extra.count <= 6,
      missing.count < candidate.keys.count / 2
    else { throw Self.unknown(dictionary) }
    if let key = missing.first {
      throw ModelFileError(
        at: key,
        "is missing, though the other keys are those of \(candidate.architecture.name)"
          + (extra.first.map { " (and \"\($0)\" is none of them)" } ?? ""), remedy: "is the file complete?")
    }
    if let key = extra.first {
      throw ModelFileError(
        at: key, "\(candidate.architecture.name) has no such parameter, though all its own are there",
        remedy: "export the changed network to ONNX, which brings its graph")
    }
    self = candidate
  }

  private init(architecture: VGG, naming: VGGNaming, hasConvolutionBias: Bool, hasDenseBias: Bool) {
    self.architecture = architecture
    self.naming = naming
    self.hasConvolutionBias = hasConvolutionBias
    self.hasDenseBias = hasDenseBias
  }

  var keys: [String] { architecture.keys(naming, convolutionBias: hasConvolutionBias, denseBias: hasDenseBias) }

  private static func unknown(_ dictionary: StateDictionary) -> ModelFileError {
    let first = dictionary.names.prefix(4).map { "\($0) \(dictionary[$0]!.shape)" }.joined(separator: ", ")
    return ModelFileError(
      "not a known architecture: \(dictionary.count) tensors, beginning with \(first.isEmpty ? "none" : first)",
      remedy: "supported without a graph: \(VGG.all.prefix(4).map(\.name).joined(separator: ", ")), with and without "
        + "batch norm, as torchvision or timm name them; export other networks to ONNX")
  }
}
