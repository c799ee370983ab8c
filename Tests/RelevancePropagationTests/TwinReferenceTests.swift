import Foundation
import ModelFormats
import ReferenceCaseSupport
import Testing

@testable import RelevancePropagation

/// The Double twin is the judge of the device, so it is judged itself: against the stored float64 relevance of independent
/// programs. Cases whose numbers float32 holds exactly (ε 1, γ 0.25 …), networks without batch norm.
@Suite(.enabled(if: ReferenceSet.isThere, "no reference set: put it at ../shared or name its folder in RELPROP_SHARED"))
struct TwinReferenceTests {
  @Test(
    "the twin agrees with independent float64 relevance to 1e-9",
    arguments: [
      ("mnist_mlp", ["lrp0", "epsilon_1", "alphabeta_2_1", "alphabeta_3_2", "alpha1beta0", "flat", "w2"]),
      ("lenet5", ["lrp0", "alpha1beta0", "deeptaylor_bounded", "w2_first_alphabeta", "toolbox_ww"]),
      ("convvar1", ["lrp0", "epsilon_1", "gamma_0.25_generalized", "alphabeta_2_1", "zplus_nobias", "flat", "w2"]),
      (
        "vggmicro_a",
        [
          "lrp0_avgpool", "gamma_0.25_seed_avgpool", "gamma_1_generalized", "epsilon_rms_0.25_avgpool",
          "zennit_EpsilonPlusFlat", "wplus_plainbias", "w2_biassquare", "zennit_GuidedBackprop",
        ]
      ),
      ("vggmicro_adaptive", ["lrp0", "zennit_EpsilonPlus"]),
    ])
  func agrees(_ model: String, _ names: [String]) throws {
    let folder = "\(ReferenceSet.folder)/models/\(model)"
    let network = try NetworkDescription.network(folder: folder)
    let images = try #require(try ModelFile.stateDictionary(path: folder + "/inputs.safetensors")["x"])
    let twins = (0..<images.shape[0]).map { TwinNetwork(network, image: images[$0].scalars) }
    for reference in try ReferenceSet.cases(of: model) where names.contains(reference.name) {
      var rules = try reference.rules(for: network)
      for node in network.nodes where node.layer is Dropout { rules[node.name] = PassRule() }
      let stored = try DoubleTensors(path: "\(ReferenceSet.folder)/refs/\(model)/\(reference.name).safetensors")
      for (name, expected) in stored.tensors where name.hasPrefix("R.") {
        let scale = expected.map(abs).max() ?? 0
        let count = expected.count / twins.count
        for (image, twin) in twins.enumerated() {
          var start = [Double](repeating: 0, count: network.outputShape.count)
          let target = reference.targets[image]
          start[target] = reference.start == "one" ? 1 : twin.activations[network.outputName]![target]
          let relevance = try #require(twin.propagate(start, rules: rules)[String(name.dropFirst(2))])
          let worst = zip(relevance, expected[image * count..<(image + 1) * count]).map { abs($0 - $1) }.max() ?? 0
          #expect(worst <= 1e-9 * scale, "\(model)/\(reference.name), \(name), image \(image): \(worst / scale)")
        }
      }
      #expect(!stored.tensors.isEmpty)
    }
    #expect(try ReferenceSet.cases(of: model).filter { names.contains($0.name) }.count == names.count)
  }
}

/// The float64 tensors of a safetensors file, at full precision; the library itself works in float32.
private struct DoubleTensors {
  private(set) var tensors: [String: [Double]] = [:]

  init(path: String) throws {
    let data = try Data(contentsOf: URL(fileURLWithPath: path))
    let length = data.withUnsafeBytes { Int($0.loadUnaligned(as: UInt64.self)) }
    let header = try #require(
      try JSONSerialization.jsonObject(with: data[8..<8 + length]) as? [String: [String: Any]])
    for (name, entry) in header where entry["dtype"] as? String == "F64" {
      let offsets = try #require(entry["data_offsets"] as? [Int])
      tensors[name] = data.withUnsafeBytes { bytes in
        stride(from: 8 + length + offsets[0], to: 8 + length + offsets[1], by: 8).map {
          bytes.loadUnaligned(fromByteOffset: $0, as: Double.self)
        }
      }
    }
  }
}
