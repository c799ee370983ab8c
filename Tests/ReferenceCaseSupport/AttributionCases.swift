import ModelFormats
import RelevancePropagation

extension CaseRunner {
  /// A baseline: relevance at the input alone.
  func attribution(_ reference: ReferenceCase, stored: String?) throws -> [(name: String, tensor: Tensor)] {
    var images = inputs
    let method: any AttributionMethod
    switch reference.name.prefix(while: { $0 != "_" }) {
    case "gradient" where reference.name == "gradient_x_input": method = GradientInputMethod()
    case "smoothgrad":
      guard let noise = try stored.flatMap({ try ModelFile.stateDictionary(path: $0)["noise"] }) else {
        throw NotYet(reason: "no stored noise")
      }
      method = SmoothGradMethod(.given(noise))
      images = .stack([inputs[0]])
    case "integrated": method = IntegratedGradientsMethod(steps: reference.iterations ?? 20)
    case "occlusion":
      guard let window = reference.window else { throw NotYet(reason: "no window") }
      method = OcclusionMethod(window: window, stride: reference.stride ?? window, mode: .isolated)
    default: throw NotYet(reason: "attribution \(reference.name)")
    }
    let model = try GradientModel(original, on: engine)
    let targets = reference.targets.prefix(images.shape[0]).map { Target.logit($0) }
    return [("R.input", try method.attribute(images, targets: targets, with: model))]
  }
}
