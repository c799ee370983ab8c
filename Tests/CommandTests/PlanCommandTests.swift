import Foundation
import Testing

/// `relprop plan` as a user runs it.
@Suite struct PlanCommandTests {
  @Test("plan prints every layer with its rule, and totals")
  func table() throws {
    let command = try Command(["plan", "--model", Repository.model, "--kernels", "cpu"])
    #expect(command.status == 0, "\(command.errors)")
    #expect(command.output.contains("composite  seed, conventions of seed, start logit"))
    let first = try #require(command.output.split(separator: "\n").first { $0.contains(" features.0 ") })
    #expect(first.contains("convolution") && first.contains("box(low ["))
    #expect(first.contains(" direct ") && first.contains(" scattered "))
    #expect(command.output.contains("device     none looked at"))
    #expect(command.output.contains("kernels    cpu, precision accurate, convolutions automatic"))
    #expect(command.output.contains("total      forward ") && command.output.contains("memory     weights "))
  }

  @Test("plan says what a device computes by, and what several targets share")
  func device() throws {
    let command = try Command([
      "plan", "--model", Repository.model, "--device", "0", "--kernels", "cpu", "--precision", "fast", "--convolutions",
      "winograd4", "--targets", "2",
    ])
    #expect(command.status == 0, "\(command.errors)")
    #expect(!command.output.contains("none looked at"))
    #expect(command.output.contains("kernels    cpu, precision fast, convolutions winograd4"))
    #expect(command.output.contains("targets    2 of an image share its forward pass and every z"))
    #expect(command.output.contains("a / z made with a, z a second sum of the same transformed input"))
  }

  @Test("plan --json holds the same, for programs")
  func json() throws {
    let command = try Command([
      "plan", "--model", Repository.model, "--kernels", "cpu", "--composite", "epsilon_gamma_box:gamma=0.5", "--json",
    ])
    let report = try #require(
      try JSONSerialization.jsonObject(with: Data(command.output.utf8)) as? [String: Any], "\(command.errors)")
    #expect(report["composite"] as? String == "epsilon_gamma_box" && report["profile"] as? String == "zennit")
    let layers = try #require(report["layers"] as? [[String: Any]])
    let total = try #require(report["total"] as? [String: Any])
    #expect(layers.contains { $0["rule"] as? String == "gamma-generalized(gamma 0.5, stabilizer ±1e-06)" })
    let kernels = try #require(report["kernels"] as? [String: String])
    #expect(kernels == ["family": "cpu", "precision": "accurate", "convolutions": "automatic"])
    #expect(report["device"] == nil && report["dropsFactors"] as? Bool == false)
    let fifth = try #require(layers.first { $0["name"] as? String == "features.10" })
    #expect(fifth["forwardAlgorithm"] as? String == "F(2x2)" && fifth["denominatorAlgorithm"] as? String == "F(4x4)")
    #expect(fifth["backwardAlgorithm"] as? String == "F(4x4)")
    for key in ["forwardFLOP", "backwardFLOP", "weightBytes", "launches"] {
      #expect(layers.compactMap { $0[key] as? Int }.reduce(0, +) == total[key] as? Int, "\(key)")
    }
  }

  @Test(
    "what cannot be planned is said",
    arguments: [
      (["--composite", "sed"], "no composite \"sed\"; there are seed, "),
      (["--composite", "epsilon_plus:gamma=1"], "composite epsilon_plus: no parameter gamma; there are "),
      (["--profile", "torch"], "no profile \"torch\"; there are seed, zennit, captum, innvestigate, toolbox"),
      (["--profile", "captum"], "profile captum: that package has no rule box; use another profile or rule"),
      (["--composite", "p-norm"], "features.0: p-norm(p 2.0, stabilizer ±1e-06) at a convolution: "),
      (["--composite", "nowhere.json"], "nowhere.json: cannot be read; check the path"),
      (["--targets", "0"], "--targets 0: expected at least 1"),
    ])
  func refusals(_ arguments: [String], _ message: String) throws {
    let command = try Command(["plan", "--model", Repository.model] + arguments)
    #expect(command.status != 0)
    #expect(command.errors.contains(message), "\(command.errors)")
  }

  @Test("explain takes profiles and composites of one's own")
  func explain() throws {
    let folder = try TemporaryFolder()
    let own = """
      { "name": "own", "assignments": [ { "layers": { "type": ["convolution", "dense"] }, "rule": "z-plus" } ] }
      """
    try own.write(toFile: folder.file("own.json"), atomically: true, encoding: .utf8)
    let scene = try Command(["demo", "--output", folder.path])
    #expect(scene.status == 0)
    let command = try Command([
      "explain", folder.file("demo.scene.png"), "--model", Repository.model, "--composite", folder.file("own.json"),
      "--profile", "captum", "--output", folder.path,
    ])
    #expect(command.status == 0, "\(command.errors)")
    #expect(command.output.contains("z-plus full"))
  }
}
