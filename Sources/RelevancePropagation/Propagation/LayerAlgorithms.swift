/// Which algorithms compute a node's passes, in words: asked of the layer, which decides by the same code when it runs.
struct LayerAlgorithms {
  var forward: String?
  var denominators: String?
  var backward: String?

  /// - Parameter steps: those of the node.
  init(of index: Int, _ steps: [Step], in plan: FusedPlan, _ network: Network, _ choice: KernelChoice) {
    let node = network.nodes[index]
    let view = RuleTable.linearView(of: node.layer)
    func name(_ pass: Pass, parts: Int = 1) -> String? {
      view?.algorithmName(for: pass, parts: parts, shapes: network.layerShapes(of: node), choice)
    }
    if let taking = plan.taking(node.name) {
      forward = "with \(taking)"
    } else if node.layer is any LinearLayer {
      forward = name(.forward)
    }
    var (sums, transposes): ([String?], [String?]) = ([], [])
    if plan.factors.contains(where: { $0.node == node.name }) { sums.append(name(.denominators(bounded: true))) }
    for step in steps {
      switch step {
      case .apply(let step): sums.append(name(step.pass))
      case .transpose(let step): transposes.append(name(step.pass))
      case .stackedTranspose(let step):
        transposes.append(name(.backward(bounded: false), parts: step.weights.count))
      default: break
      }
    }
    denominators = Self.joined(sums)
    backward = plan.spreading(index).map { "with \($0)" } ?? Self.joined(transposes)
  }

  private static func joined(_ names: [String?]) -> String? {
    let distinct = Set(names.compactMap { $0 })
    return distinct.isEmpty ? nil : distinct.sorted().joined(separator: ", ")
  }
}

extension FusedPlan {
  /// The layer whose launch computes this node, a rectifier or a pooling, with its own.
  func taking(_ node: String) -> String? {
    (rectifiers.first { $0.value == node } ?? poolings.first { $0.value == node })?.key
  }
}
