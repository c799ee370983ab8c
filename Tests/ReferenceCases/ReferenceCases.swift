import Compute
import Foundation
import ModelFormats
import ReferenceCaseSupport
import RelevancePropagation

/// Runs independent reference cases:
/// `reference-cases REFS MODELS OUT [--device D] [--kernels plain|cpu|gpu] [--convolutions C] [--precision accurate|fast]
/// [--keep all|input]`.
///
/// Reads REFS/<model>/cases.json and MODELS/<model>/net.json, runs every case the library can, and writes
/// OUT/<model>/<case>.safetensors (or .json: numbers by name) for compare.py. What it cannot do yet is listed by name with the reason.
@main
struct ReferenceCases {
  static func main() {
    do {
      try run(Array(CommandLine.arguments.dropFirst()))
    } catch {
      FileHandle.standardError.write(Data("reference-cases: \(error)\n".utf8))
      exit(1)
    }
  }

  private static func run(_ arguments: [String]) throws {
    var folders = arguments
    func option(_ name: String) -> String? {
      guard let flag = folders.firstIndex(of: name), flag + 1 < folders.count else { return nil }
      defer { folders.removeSubrange(flag...flag + 1) }
      return folders[flag + 1]
    }
    let (device, kernels, keep) = (option("--device"), option("--kernels"), option("--keep") ?? "all")
    func choice<Choice: RawRepresentable<String> & CaseIterable>(_ name: String, otherwise: Choice) throws -> Choice {
      guard let value = option(name) else { return otherwise }
      guard let choice = Choice(rawValue: value) else {
        throw Usage(text: "\(name) \(value): \(Choice.allCases.map(\.rawValue).joined(separator: ", "))")
      }
      return choice
    }
    let convolutions = try choice("--convolutions", otherwise: ConvolutionChoice.automatic)
    let precision = try choice("--precision", otherwise: Precision.accurate)
    guard folders.count == 3, ["all", "input"].contains(keep) else {
      throw Usage(
        text: "usage: reference-cases REFS MODELS OUT [--device D] [--kernels plain|cpu|gpu] [--convolutions C]"
          + " [--precision accurate|fast] [--keep all|input]")
    }
    let environment = ProcessInfo.processInfo.environment
    let chosen = try DeviceChoice.choose(device, environment: environment, among: Device.all())
    let family = try KernelFamily.choose(kernels, environment: environment, for: chosen.device)
    print(
      "device \(chosen.device): \(chosen.reason); kernels \(family.rawValue), precision \(precision.rawValue), "
        + "convolutions \(convolutions.rawValue)")
    let engine = try Engine(
      device: chosen.device, family: family, precision: precision, convolutions: convolutions)
    let models = try FileManager.default.contentsOfDirectory(atPath: folders[0]).sorted()
    var done = 0
    var skipped: [String] = []
    for model in models {
      let path = "\(folders[0])/\(model)/cases.json"
      guard FileManager.default.fileExists(atPath: path) else { continue }
      let cases = try CaseFile(path: path).cases
      try FileManager.default.createDirectory(
        atPath: "\(folders[2])/\(model)", withIntermediateDirectories: true)
      // Procedures name their networks; other folders are named after theirs.
      var runners: [String: CaseRunner] = [:]
      for reference in cases {
        let name = reference.model ?? model
        let network = "\(folders[1])/\(name)"
        do {
          if reference.kind == "json" {
            try writeEvaluation(reference, refs: folders[0], models: folders[1], out: "\(folders[2])/\(model)", engine)
            done += 1
            continue
          }
          guard FileManager.default.fileExists(atPath: network + "/net.json") else {
            throw NotYet(reason: "no network \(network)/net.json")
          }
          let runner =
            try runners[name] ?? CaseRunner(folder: network, engine: engine, keeping: keep == "all" ? .all : .inputOnly)
          runners[name] = runner
          let file = "\(model)/\(reference.name).safetensors"
          try SafetensorsWriter.write(
            runner.run(reference, stored: "\(folders[0])/\(file)"), to: "\(folders[2])/\(file)")
          done += 1
        } catch let error as NotYet {
          skipped.append("\(model)/\(reference.name) (\(reference.tier)): \(error.reason)")
        }
      }
    }
    for line in skipped { print("not run: \(line)") }
    print("\(done) cases run, \(skipped.count) not run")
  }

  /// A case whose results are numbers by name.
  private static func writeEvaluation(
    _ reference: ReferenceCase, refs: String, models: String, out: String, _ engine: Engine
  ) throws {
    guard reference.name == "evaluation" else { throw NotYet(reason: "no values called \(reference.name)") }
    let values = try EvaluationCase(refs: refs, models: models, engine: engine).values()
    let data = try JSONSerialization.data(withJSONObject: ["values": values], options: [.prettyPrinted, .sortedKeys])
    try AtomicFile.write([UInt8](data), to: "\(out)/\(reference.name).json")
    let stored = try Data(contentsOf: URL(fileURLWithPath: "\(refs)/procedures/\(reference.name).json"))
    if let tree = try JSONSerialization.jsonObject(with: stored) as? [String: Any], let expected = tree["values"] {
      print("\(reference.name): \(ValueComparison(values, with: expected).line)")
    }
  }
}

struct Usage: Error, CustomStringConvertible {
  let text: String
  var description: String { text }
}
