import Compute
import Foundation
import ModelFormats
import ReferenceCaseSupport
import RelevancePropagation

/// Runs independent reference cases: `reference-cases REFS MODELS OUT [--device D] [--kernels plain|cpu|gpu]`.
///
/// Reads REFS/<model>/cases.json and MODELS/<model>/net.json, runs every case the library can, and writes
/// OUT/<model>/<case>.safetensors for compare.py. What it cannot do yet is listed by name with the reason.
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
    let (device, kernels) = (option("--device"), option("--kernels"))
    guard folders.count == 3 else {
      throw Usage(text: "usage: reference-cases REFS MODELS OUT [--device D] [--kernels plain|cpu|gpu]")
    }
    let environment = ProcessInfo.processInfo.environment
    let choice = try DeviceChoice.choose(device, environment: environment, among: Device.all())
    let family = try KernelFamily.choose(kernels, environment: environment, for: choice.device)
    print("device \(choice.device): \(choice.reason); kernels \(family.rawValue)")
    let engine = try Engine(device: choice.device, family: family)
    let models = try FileManager.default.contentsOfDirectory(atPath: folders[0]).sorted()
    var done = 0
    var skipped: [String] = []
    for model in models {
      let path = "\(folders[0])/\(model)/cases.json"
      guard FileManager.default.fileExists(atPath: path) else { continue }
      let cases = try CaseFile(path: path).cases
      let network = "\(folders[1])/\(model)"
      guard FileManager.default.fileExists(atPath: network + "/net.json") else {
        skipped += cases.map { "\(model)/\($0.name): no network \(network)/net.json; not implemented yet" }
        continue
      }
      let runner = try CaseRunner(folder: network, engine: engine)
      try FileManager.default.createDirectory(
        atPath: "\(folders[2])/\(model)", withIntermediateDirectories: true)
      for reference in cases {
        do {
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
}

struct Usage: Error, CustomStringConvertible {
  let text: String
  var description: String { text }
}
