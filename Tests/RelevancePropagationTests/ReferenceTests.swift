import ModelFormats
import ReferenceCaseSupport
import TestDevices
import Testing

@testable import RelevancePropagation

/// Ring 4: a handful of stored cases of independent implementations; `reference-cases` and compare.py run them all.
@Suite(.enabled(if: ReferenceSet.isThere, "no reference set: put it at ../shared or name its folder in RELPROP_SHARED"))
struct ReferenceTests {
  /// Every family of kernels, and the CPU's with each choice.
  private static let engines: [KernelChoice: Engine] = {
    let cpu = ConvolutionChoice.allCases.map { TestDevice.cpu(convolutions: $0) }
    let engines = KernelFamily.allCases.map(TestDevice.engine) + cpu + [TestDevice.cpu(precision: .fast)]
    return Dictionary(engines.map { ($0.choice, $0) }) { first, _ in first }
  }()

  @Test(
    "stored cases are met at every layer by every family of kernels and every algorithm",
    arguments: [
      ("convvar1", ["forward", "lrp0", "epsilon_0.1", "gamma_0.25_generalized", "alphabeta_2_1", "w2"]),
      ("resmicro1", ["forward", "lrp0", "zennit_EpsilonGammaBox"]),
      ("vggmicro_bn", ["forward", "zennit_EpsilonPlusFlat", "zennit_DeconvNet"]),
      ("mnist_mlp", ["alpha1beta0", "deeptaylor_bounded"]), ("mnist_cnn", ["composite_seed_avgpool"]),
      ("vggmicro_a", ["composite_seed_wta_logodds"]),
    ], engines.keys)
  func stored(_ set: (model: String, names: [String]), _ kernels: KernelChoice) throws {
    let (model, names) = set
    let engine = Self.engines[kernels]!
    let runner = try CaseRunner(folder: "\(ReferenceSet.folder)/models/\(model)", engine: engine)
    for reference in try ReferenceSet.cases(of: model) where names.contains(reference.name) {
      let expected = try ReferenceSet.tensors(of: model, reference.name)
      var compared = 0
      for (name, tensor) in try runner.run(reference) {
        guard let stored = expected[name] else { continue }
        let measures = Measures(tensor, stored)
        #expect(
          measures.largest <= reference.tolerance.largest && measures.cosine >= reference.tolerance.cosine - 1e-12,
          """
          \(model)/\(reference.name), \(name): off by \(measures.largest) of the largest, allowed \
          \(reference.tolerance.largest); cosine \(measures.cosine); device \(engine.device), \(kernels)
          """)
        compared += 1
      }
      #expect(compared > 2, "\(model)/\(reference.name): \(compared) tensors compared")
      #expect(reference.kind == "forward" || expected["R.input"] != nil)
    }
    #expect(try ReferenceSet.cases(of: model).filter { names.contains($0.name) }.count == names.count)
  }

  @Test("stored translation averages are met by every family of kernels", arguments: KernelFamily.allCases)
  func translations(_ family: KernelFamily) throws {
    let references = try ReferenceSet.cases(of: "procedures").filter { $0.kind == "translation" }
    #expect(references.count >= 5)
    for reference in references {
      let model = try #require(reference.model)
      let runner = try CaseRunner(
        folder: "\(ReferenceSet.folder)/models/\(model)", engine: TestDevice.engine(of: family))
      let file = "\(ReferenceSet.folder)/refs/procedures/\(reference.name).safetensors"
      let expected = try ModelFile.stateDictionary(path: file)
      let found = try runner.run(reference, stored: file)
      #expect(found.map(\.name) == ["R.input", "scores"])
      for (name, tensor) in found {
        let stored = try #require(expected[name])
        let measures = Measures(tensor, stored)
        #expect(
          tensor.shape == stored.shape && measures.largest <= reference.tolerance.largest
            && measures.cosine >= reference.tolerance.cosine - 1e-12,
          "\(reference.name), \(name): off by \(measures.largest), kernels \(family.rawValue)")
      }
    }
  }

  @Test(
    "the ONNX file of every model gives the stored scores",
    arguments: [
      "convvar1", "lenet5", "mnist_cnn", "mnist_mlp", "resmicro1", "vggmicro_48x80", "vggmicro_a", "vggmicro_avgpool",
      "vggmicro_bn", "vggmicro_nobias",
    ])
  func scoresOfONNX(_ model: String) throws {
    let folder = "\(ReferenceSet.folder)/models/\(model)"
    let images = try #require(try ModelFile.stateDictionary(path: folder + "/inputs.safetensors")["x"])
    let loaded = try ModelFile.load(path: folder + "/model.onnx")
    let network = try loaded.network.canonized()
    let device = try DeviceNetwork(network, on: TestDevice.engine, batch: images.shape[0])
    let scores = try device.forward(images).scores()
    let stored = try ReferenceSet.tensors(of: model, "forward")
    // Exporters rename nodes; the scores are the last layer's.
    let description = try NetworkDescription.network(folder: folder)
    let expected = try #require(stored["A." + description.outputName])
    let measures = Measures(scores.reshaped(expected.shape), expected)
    #expect(measures.largest <= 1e-5, "\(model): off by \(measures.largest) of max|logit|")
  }
}
