import Foundation
import RelevancePropagation

/// Reads a network from a file: safetensors, PyTorch's `.pth` (zip or legacy), ONNX.
///
///     let model = try ModelFile.load(path: "vgg16-397923af.pth")
///     print(model.format, model.architecture, model.network.inputShape)
///
/// The format is recognised by content. A file without a graph names its architecture by its keys and shapes. Hostile
/// files are refused: nothing of a file is ever run, and what is allocated stays in proportion to its size.
public enum ModelFile {
  /// - Parameter inputSize: the images' size, where the file leaves it open or the network may be resized.
  /// - Throws: `ModelFileError`: the file, the tensor or node, expected, found, what to do.
  public static func load(path: String, inputSize: Extent? = nil) throws -> LoadedModel {
    try naming(path) {
      let file = try MappedFile(path: path)
      return try load(Bytes(file), file: file, inputSize: inputSize)
    }
  }

  /// Reads a network from memory, such as one carried inside the binary. Zip archives need a file.
  /// - Parameter name: what messages call it.
  public static func load(bytes: [UInt8], name: String, inputSize: Extent? = nil) throws -> LoadedModel {
    try naming(name) { try load(Bytes(bytes), file: nil, inputSize: inputSize) }
  }

  /// Reads the tensors of a file without a graph, under the file's names.
  public static func stateDictionary(path: String) throws -> StateDictionary {
    try naming(path) {
      let file = try MappedFile(path: path)
      let bytes = Bytes(file)
      guard let format = Format(bytes), format != .onnx else {
        throw ModelFileError("has a graph or an unknown format", remedy: "expected safetensors or PyTorch")
      }
      return try tensors(bytes, file: file, format: format).dictionary
    }
  }

  /// The forms a file may have.
  private enum Format: String {
    case zip = "PyTorch zip"
    case legacy = "PyTorch legacy"
    case safetensors, onnx

    init?(_ bytes: Bytes) {
      if bytes.starts(with: ZipArchive.signature) {
        self = .zip
      } else if bytes.starts(with: LegacyStream.magic) {
        self = .legacy
      } else if SafetensorsFile.recognises(bytes) {
        self = .safetensors
      } else if ONNXFile.recognises(bytes) {
        self = .onnx
      } else {
        return nil
      }
    }
  }

  private static func naming<R>(_ name: String, _ body: () throws -> R) throws -> R {
    do {
      return try body()
    } catch var error as ModelFileError {
      error.file = name
      throw error
    } catch let error as NetworkError {
      throw ModelFileError(file: name, at: error.node, error.problem, remedy: error.remedy)
    } catch let error as MappedFileError {
      throw ModelFileError(file: name, "cannot be read: \(error.reason)")
    }
  }

  private static func load(_ bytes: Bytes, file: MappedFile?, inputSize: Extent?) throws -> LoadedModel {
    guard let format = Format(bytes) else {
      throw ModelFileError(
        bytes.count == 0 ? "is empty" : "is none of safetensors, PyTorch (.pth) and ONNX",
        remedy: bytes.count == 0 ? "" : "is it a model file, and complete?")
    }
    if format == .onnx {
      return try ONNXFile.load(bytes, path: file?.path, inputSize: inputSize)
    }
    let (dictionary, notes) = try tensors(bytes, file: file, format: format)
    let recognition = try VGGRecognition(dictionary)
    let network = try VGGBuilder(recognition: recognition, dictionary: dictionary, inputSize: inputSize).network()
    let guess =
      try dictionary.metadata["relprop.preprocessing"].map {
        try PreprocessingGuess(json: $0, inputShape: network.inputShape)
      } ?? PreprocessingGuess(inputShape: network.inputShape)
    return LoadedModel(
      network: network, format: format.rawValue, architecture: recognition.architecture.name,
      preprocessing: guess.preprocessing, preprocessingReason: guess.reason,
      labels: try labels(dictionary.metadata["relprop.labels"], count: network.outputShape.count), notes: notes)
  }

  private static func tensors(_ bytes: Bytes, file: MappedFile?, format: Format) throws
    -> (dictionary: StateDictionary, notes: [String])
  {
    let allowance = MemoryAllowance(fileSize: bytes.count)
    switch format {
    case .zip:
      guard let file else { throw ModelFileError("a zip archive can only be read from a file") }
      return try PyTorchFile.readZip(file, allowance: allowance)
    case .legacy: return try LegacyStream.read(bytes, allowance: allowance)
    default: return (try SafetensorsFile.read(bytes, allowance: allowance), [])
    }
  }

  /// The metadata `relprop.labels`: a JSON array with a name for each score.
  static func labels(_ json: String?, count: Int) throws -> [String]? {
    guard let json else { return nil }
    guard let labels = try? JSONDecoder().decode([String].self, from: Data(json.utf8)) else {
      throw ModelFileError(at: "relprop.labels", "is no JSON array of strings")
    }
    guard labels.count == count else {
      throw ModelFileError(at: "relprop.labels", "expected \(count) names, found \(labels.count)")
    }
    return labels
  }
}
