import ArgumentParser
import Foundation
import Imaging
import ModelFormats
import RelevancePropagation

/// What is kept of the layers between, and when the ledger gives alarm.
struct LayerOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Also write relevance and activations at the output of these layers: all, or names separated by commas.",
      valueName: "layers"))
  var saveLayers: String?

  @Option(
    help: ArgumentHelp(
      "safetensors (one file, tensors R.LAYER and A.LAYER) or npy (a folder of such files).", valueName: "format"))
  var layersFormat = Format.safetensors

  @Option(
    help: ArgumentHelp(
      "Warn where a layer's sum of |R| is more than this many times that of the start.", valueName: "factor"))
  var alarm = 100.0

  enum Format: String, ExpressibleByArgument, CaseIterable { case safetensors, npy }

  /// Of the file or folder that is written, if one is.
  var endings: [String] {
    guard saveLayers != nil else { return [] }
    return [layersFormat == .npy ? Self.folderEnding : Self.fileEnding]
  }

  private static let fileEnding = ".layers.safetensors"
  private static let folderEnding = ".layers"

  /// - Throws: `UnknownLayer`, `CommandError`.
  func keeping(of network: Network) throws -> PropagationOptions.Keeping {
    guard alarm > 0 else { throw CommandError("--alarm \(alarm): expected a positive factor") }
    guard let saveLayers else { return .inputOnly }
    if saveLayers == "all" { return .all }
    let names = saveLayers.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
    return .nodes(Set(try names.map { try network.layer(named: $0) }))
  }

  /// Writes what an explanation kept; returns the path, or nil where nothing was asked for.
  func write(_ explanation: Explanation, to stem: String, results: ResultFiles) throws -> String? {
    guard saveLayers != nil else { return nil }
    let tensors =
      explanation.layers.map { (name: "R.\($0)", tensor: $1) }.sorted { $0.name < $1.name }
      + explanation.activations.map { (name: "A.\($0)", tensor: $1) }.sorted { $0.name < $1.name }
    switch layersFormat {
    case .safetensors:
      let path = stem + Self.fileEnding
      try results.write(path) { try SafetensorsWriter.write(tensors, to: $0) }
      return path
    case .npy:
      var folder = try OutputFolder(stem + Self.folderEnding)
      for (name, tensor) in tensors {
        // The folder keeps names apart that differ in characters a file name cannot hold.
        let path = folder.stem(named: FileNames.safe(name)) + ".npy"
        try results.write(path) { try NumPyArray(tensor).write(to: $0) }
      }
      return folder.path
    }
  }
}
