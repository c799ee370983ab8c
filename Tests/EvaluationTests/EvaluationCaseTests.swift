import Foundation
import ReferenceCaseSupport
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
    var compared = 0
    var worst = (difference: 0.0, place: "")
    func walk(_ expected: Any, _ found: Any?, _ place: String) {
      switch expected {
      case let tree as [String: Any]:
        let own = found as? [String: Any]
        for (key, value) in tree where !key.hasPrefix("_") { walk(value, own?[key], "\(place)/\(key)") }
      case let list as [Any]:
        let own = found as? [Any]
        #expect(own?.count == list.count, "\(place): \(own?.count ?? 0) values for \(list.count)")
        for (index, value) in list.enumerated() where index < own?.count ?? 0 {
          walk(value, own![index], "\(place)[\(index)]")
        }
      case let number as NSNumber:
        guard let own = (found as? NSNumber)?.doubleValue, own.isFinite else {
          Issue.record("\(place): nothing found")
          return
        }
        let difference = abs(own - number.doubleValue) / max(1, abs(number.doubleValue))
        if difference > worst.difference { worst = (difference, place) }
        compared += 1
      default: Issue.record("\(place): no number")
      }
    }
    walk(expected, found, "")
    #expect(compared > 4000, "\(compared) values compared")
    #expect(worst.difference <= 1e-5, "\(worst.place) is off by \(worst.difference) on \(TestDevice.engine.device)")
  }
}
