import Foundation
import ReferenceCaseSupport
import TestDevices
import Testing

@testable import RelevancePropagation

/// Numbers of an independent implementation: `$RELPROP_SHARED/reference`, else `../shared/reference` beside the package.
@Suite struct EvaluationCaseTests {
  private static let folder: String = {
    let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../..")
      .standardizedFileURL.path
    return (ProcessInfo.processInfo.environment["RELPROP_SHARED"] ?? package + "/../shared") + "/reference"
  }()

  @Test(
    "every value of the reference case evaluation is met within 1e-5",
    .enabled(
      if: FileManager.default.fileExists(atPath: folder + "/refs/procedures/evaluation.json"),
      "no reference set: put it at ../shared or name its folder in RELPROP_SHARED"))
  func stored() throws {
    let found = try EvaluationCase(
      refs: Self.folder + "/refs", models: Self.folder + "/models", engine: TestDevice.engine
    ).values()
    let data = try Data(contentsOf: URL(fileURLWithPath: Self.folder + "/refs/procedures/evaluation.json"))
    let file = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    let expected = try #require(file["values"] as? [String: Any])
    let comparison = ValueComparison(found, with: expected)
    #expect(comparison.count > 4000)
    #expect(comparison.largest <= 1e-5, "\(comparison.line), on \(TestDevice.engine.device)")
  }

  @Test("a missing number, a list of another length and NaN are not within anything")
  func missing() {
    let expected: [String: Any] = ["a": [1.0, 200], "_note": "remark"]
    #expect(ValueComparison(["a": [1.00001, 200.001], "more": 1], with: expected).largest < 1.1e-5)
    #expect(ValueComparison(["a": [1.0, 200.1]], with: expected).place == "/a[1]")
    for bad: [String: Any] in [[:], ["a": [1.0]], ["a": [1.0, Double.nan]]] {
      #expect(ValueComparison(bad, with: expected).largest == .infinity)
    }
    #expect(ValueComparison(["a": [1.0, 200]], with: expected).count == 2)
  }
}
