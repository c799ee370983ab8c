import ArgumentParser
import ModelFormats
import RelevancePropagation

/// Which network, its labels, and how photographs become its input.
struct ModelOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The network: PyTorch .pth (a VGG's state dict), safetensors, or ONNX.", valueName: "file"))
  var model: String

  @OptionGroup var reading: ReadingOptions

  /// The network with everything that was decided about it.
  struct Choice {
    var model: LoadedModel
    var path: String
    var labels: [String]
    var preprocessing: Preprocessing
    var preprocessingReason: String

    /// Digest of the model file, for the report.
    var digest: PendingDigest
  }

  func load() throws -> Choice { try reading.load(model) }
}
