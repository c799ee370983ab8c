extension Network {
  /// Nodes whose output cannot be negative, whatever the image: rectified values, and what poolings, sums and
  /// rearrangements make of them.
  var nonNegativeNodes: Set<String> {
    var known: Set<String> = []
    for node in nodes {
      let holds =
        switch node.layer {
        case is ReLU, is Softmax: true
        case is MaxPooling, is AveragePooling, is AdaptiveAveragePooling, is Addition, is Concatenation,
          is LocalResponseNormalization,
          is any PassingLayer:
          node.inputs.allSatisfy(known.contains)
        default: false
        }
      if holds { known.insert(node.name) }
    }
    return known
  }
}
