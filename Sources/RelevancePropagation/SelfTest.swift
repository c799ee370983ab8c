import Foundation

/// A short check that a device's kernels give right numbers: a small network forward and backward, against plain loops in
/// double precision.
public enum SelfTest {
  /// What is wrong, or nil.
  /// - Throws: `ComputeError` where the device fails altogether.
  public static func run(on engine: Engine) throws -> String? {
    let network = try Network(
      name: "self-test", inputShape: [2, 5, 7],
      nodes: [
        .init(
          name: "convolution",
          layer: Convolution(
            weight: numbers([3, 2, 3, 3], 1), bias: numbers([3], 2), padding: Padding(1, 1)), inputs: ["input"]),
        .init(name: "relu", layer: ReLU(), inputs: ["convolution"]),
        .init(name: "flatten", layer: Reshape.flatten, inputs: ["relu"]),
        .init(name: "dense", layer: Dense(weight: numbers([4, 105], 3), bias: numbers([4], 4)), inputs: ["flatten"]),
      ], outputName: "dense")
    let image = numbers([1, 2, 5, 7], 5)
    let device = try DeviceNetwork(network, on: engine)
    let rules = Dictionary(
      uniqueKeysWithValues: network.nodes.map { node -> (String, any Rule) in
        (node.name, node.layer is Convolution || node.layer is Dense ? EpsilonRule(Stabilizer(0.1)) : PassRule())
      })
    let propagator = try Propagator(device, rules: try RuleTable(rules, for: network))
    let trace = try device.forward(image)
    let scores = try trace.scores().scalars
    let relevance = try propagator.propagate(trace, from: Target.start([[.logit(1)]], scores: try trace.scores()))

    let expected = reference(image.scalars)
    if let problem = difference(scores, expected.scores, "forward pass") { return problem }
    return difference(relevance.input.scalars, expected.relevance, "backward pass")
  }

  private static func difference(_ found: [Float], _ expected: [Double], _ what: String) -> String? {
    let scale = expected.map(abs).max() ?? 1
    let worst = zip(found, expected).map { abs(Double($0) - $1) }.max() ?? 0
    guard worst <= 1e-5 * scale else {  // NaN fails too
      return "the \(what) is off by \(worst / scale) of its largest value"
    }
    return nil
  }

  /// Fixed numbers between -1 and 1 without a pattern a kernel could get right by accident.
  private static func numbers(_ shape: Shape, _ seed: Int) -> Tensor {
    Tensor(
      shape: shape,
      scalars: (0..<shape.count).map { Float(sin(Double($0 * 7 + seed * 13) * 1.7 + Double(seed))) })
  }

  /// The same network by plain loops: scores, and LRP-ε of the second score.
  private static func reference(_ x: [Float]) -> (scores: [Double], relevance: [Double]) {
    let w = numbers([3, 2, 3, 3], 1).scalars.map(Double.init)
    let b = numbers([3], 2).scalars.map(Double.init)
    let v = numbers([4, 105], 3).scalars.map(Double.init)
    let d = numbers([4], 4).scalars.map(Double.init)
    var z = [Double](repeating: 0, count: 105)
    func taps(_ body: (_ output: Int, _ input: Int, _ weight: Double) -> Void) {
      for k in 0..<3 {
        for (p, q) in (0..<5).flatMap({ p in (0..<7).map { (p, $0) } }) {
          for (c, r, s) in (0..<2).flatMap({ c in (0..<9).map { (c, $0 / 3, $0 % 3) } }) {
            let (h, column) = (p + r - 1, q + s - 1)
            guard (0..<5).contains(h), (0..<7).contains(column) else { continue }
            body((k * 5 + p) * 7 + q, (c * 5 + h) * 7 + column, w[((k * 2 + c) * 3 + r) * 3 + s])
          }
        }
      }
    }
    for i in z.indices { z[i] = b[i / 35] }
    taps { z[$0] += $2 * Double(x[$1]) }
    let a = z.map { max($0, 0) }
    let scores = (0..<4).map { k in d[k] + a.indices.reduce(0) { $0 + a[$1] * v[k * 105 + $1] } }

    func quotient(_ relevance: Double, _ z: Double) -> Double { relevance / (z + (z >= 0 ? 0.1 : -0.1)) }
    let top = quotient(scores[1], scores[1])
    let hidden = a.indices.map { a[$0] * v[105 + $0] * top }
    var relevance = [Double](repeating: 0, count: 70)
    taps { relevance[$1] += Double(x[$1]) * $2 * quotient(hidden[$0], z[$0]) }
    return (scores, relevance)
  }
}
