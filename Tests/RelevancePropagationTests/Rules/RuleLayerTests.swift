import TestDevices
import Testing

@testable import RelevancePropagation

/// Ring 2: every rule at every layer that can carry it, against the Double twin.
@Suite struct RuleLayerTests {
  @Test("every layer's output is the twin's", arguments: LayerCase.all)
  func forward(_ layerCase: LayerCase) throws {
    let images = layerCase.images(3)
    let network = layerCase.network
    let device = try DeviceNetwork(network, on: TestDevice.engine, batch: 3)
    let trace = try device.forward(images)
    for n in 0..<3 {
      let twin = TwinNetwork(network, image: images[n].scalars)
      for node in network.nodes {
        let found = try trace.activation(of: node.name)[n]
        expectClose(
          found.scalars, twin.activations[node.name]!, tolerance: 1e-6,
          Origin(what: "\(layerCase), \(node.name)", shape: found.shape, seed: layerCase.seed, filter: "forward"))
      }
    }
  }

  @Test("every rule at every layer that can carry it is the twin's", arguments: LayerCase.all)
  func rules(_ layerCase: LayerCase) throws {
    let channels = layerCase.network.shapes[layerCase.network["layer"]!.inputs[0]]![0]
    for rule in RuleSamples.all(channels: channels) where RuleSamples.fits(rule, layerCase.layer) {
      for (images, targets) in [(1, 1), (3, 1), (2, 3)] {
        try compare(layerCase, rule, images: images, targets: targets)
      }
    }
  }

  private func compare(_ layerCase: LayerCase, _ rule: any Rule, images count: Int, targets: Int) throws {
    let rules = layerCase.rules(rule)
    let images = layerCase.images(count)
    let start = layerCase.start(count * targets)
    // A batch larger than the images: what lies behind them must not matter.
    let found = try DeviceRun(
      layerCase.network, rules: rules, images: images, start: start, targets: targets, batch: count + 1)
    for n in 0..<count {
      let twin = TwinNetwork(layerCase.network, image: images[n].scalars)
      for m in n * targets..<(n + 1) * targets {
        let expected = twin.propagate(start[m].scalars, rules: rules)
        for (name, tensor) in found.relevance.layers {
          expectClose(
            tensor[m].scalars, expected[name]!,
            Origin(
              what: "\(rule.label) at \(layerCase), R of \(name), image \(n) of \(count), \(targets) target(s)",
              shape: tensor[m].shape, seed: layerCase.seed, filter: "RuleLayerTests"))
        }
      }
    }
  }
}
