import Compute
import Imaging
import ModelFormats
import RelevancePropagation

/// README's example of the library, with paths in the place of its file names; a test compares the two, line by line.
func libraryExample(model modelPath: String, photograph: String, heatmap heatmapPath: String) throws {
  let model = try ModelFile.load(path: modelPath)
  let engine = try Engine(device: Device.all()[0])
  let explainer = try Explainer(
    model.network, composite: .named("seed"), low: model.preprocessing.low, high: model.preprocessing.high, on: engine)
  let input = try Preprocessor(model.preprocessing, inputShape: explainer.network.inputShape)
    .input(Photograph(path: photograph))
  let explanation = try explainer.explain(Tensor.stack([input.tensor])) { $0.topClass }[0]
  let heatmap = try Heatmap(explanation.relevance)
  try heatmap.picture(.seismic, bound: heatmap.bound(.seed)).write(to: heatmapPath)
}
