import Foundation
import ModelFormats
import ReferenceCaseSupport
import RelevancePropagation
import TestDevices
import Testing

/// The stored cases: `$RELPROP_SHARED/reference`, else `../shared/reference` beside the package.
private enum ReferenceFolder {
  static let path: String = {
    let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../..")
      .standardizedFileURL.path
    return (ProcessInfo.processInfo.environment["RELPROP_SHARED"] ?? package + "/../shared") + "/reference"
  }()

  static let isThere = FileManager.default.fileExists(atPath: path + "/refs/procedures")
}

/// Ring 4: the stored sliding windows of an independent implementation (a plain loop over zennit).
@Suite(
  .enabled(if: ReferenceFolder.isThere, "no reference set: put it at ../shared or name its folder in RELPROP_SHARED"))
struct SlidingReferenceTests {
  @Test("maps, scores, offsets and coverage of the stored cases are met", arguments: [KernelFamily.plain, .cpu, .gpu])
  func stored(_ family: KernelFamily) throws {
    let engine =
      switch family {
      case .plain: TestDevice.plain
      case .gpu: TestDevice.gpu
      case .cpu: TestDevice.engine
      }
    let references = try CaseFile(path: ReferenceFolder.path + "/refs/procedures/cases.json").cases.filter {
      $0.kind == "sliding"
    }
    #expect(references.count >= 6)
    for reference in references {
      let model = try #require(reference.model)
      let runner = try CaseRunner(folder: "\(ReferenceFolder.path)/models/\(model)", engine: engine)
      let file = "\(ReferenceFolder.path)/refs/procedures/\(reference.name).safetensors"
      let expected = try ModelFile.stateDictionary(path: file)
      let found = Dictionary(uniqueKeysWithValues: try runner.run(reference, stored: file).map { ($0.name, $0.tensor) })
      for name in ["R.input", "scores"] {
        let (x, ref) = (try #require(found[name]).scalars, try #require(expected[name]).scalars)
        #expect(found[name]?.shape == expected[name]?.shape)
        let largest = zip(x, ref).map { Double(abs($0 - $1)) }.max()! / Double(ref.map(abs).max()!)
        #expect(
          largest <= reference.tolerance.largest, "\(reference.name), \(name): off by \(largest), \(family.rawValue)")
      }
      for name in ["offsets", "coverage"] {
        let stored = try #require(try IntegerTensor(name, of: file))
        #expect(found[name]?.shape.extents == stored.shape)
        #expect(found[name]?.scalars == stored.values.map { Float($0) }, "\(reference.name), \(name)")
      }
    }
  }
}
