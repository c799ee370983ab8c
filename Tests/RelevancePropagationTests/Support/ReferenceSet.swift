import Foundation
import ModelFormats
import ReferenceCaseSupport

@testable import RelevancePropagation

/// The stored cases of independent implementations: `$RELPROP_SHARED/reference`, else `../shared/reference` beside the
/// package. They are no part of it; without them their tests are skipped.
enum ReferenceSet {
  static let folder: String = {
    let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../../..")
      .standardizedFileURL.path
    let shared = ProcessInfo.processInfo.environment["RELPROP_SHARED"] ?? package + "/../shared"
    return shared + "/reference"
  }()

  static let isThere = FileManager.default.fileExists(atPath: folder + "/refs")

  static func cases(of model: String) throws -> [ReferenceCase] {
    try CaseFile(path: "\(folder)/refs/\(model)/cases.json").cases
  }

  static func tensors(of model: String, _ name: String) throws -> StateDictionary {
    try ModelFile.stateDictionary(path: "\(folder)/refs/\(model)/\(name).safetensors")
  }
}

/// compare.py's measures of one tensor.
struct Measures {
  /// max|x − ref| / max|ref|; infinite where x is not finite.
  let largest: Double
  let cosine: Double

  init(_ found: Tensor, _ expected: Tensor) {
    let (x, ref) = (found.scalars.map(Double.init), expected.scalars.map(Double.init))
    largest = x.count == ref.count ? Deviation(found.scalars, ref).relative : .infinity
    func dot(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
    let norm = (dot(x, x) * dot(ref, ref)).squareRoot()
    cosine = norm > 0 ? dot(x, ref) / norm : (largest == 0 ? 1 : 0)
  }
}
