import Compute
import Imaging
import ModelFormats
import RelevancePropagation

/// The example of Documentation/Translation.md, compiled; a test compares it with the page.
func translationExample(model modelPath: String, photograph: String) throws -> Explanation {
  let model = try ModelFile.load(path: modelPath)
  let engine = try Engine(device: Device.all()[0])
  let explainer = try Explainer(
    model.network, composite: .named("seed"), low: model.preprocessing.low, high: model.preprocessing.high, on: engine,
    batch: 7)
  let averager = try TranslationAverager(explainer, shifts: .grid(5), border: .crop, variance: true)
  let input = try Preprocessor(model.preprocessing, inputShape: explainer.network.inputShape)
    .input(Photograph(path: photograph), margin: averager.margin)
  let images = Tensor.stack([input.surroundings ?? input.tensor])
  let explanation = try averager.explain(images) { $0.topClass }[0]
  for copy in explanation.translation!.copies { print(copy.shift, copy.score, copy.topClass) }
  return explanation
}
