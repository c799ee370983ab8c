import ArgumentParser
import Foundation
import Pipelines

/// Where results go, what is done again, how much is printed, and how many images go at once.
struct RunOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Folder for the results; made if it does not exist.", valueName: "folder"))
  var output = "relprop-out"

  @Flag(help: "Explain images again whose results are there already, made with the same settings.")
  var overwrite = false

  @Option(
    help: ArgumentHelp(
      "Images explained at once. Default: what memory and device suggest. The results are the same, to the bit.",
      valueName: "number"))
  var batch: Int?

  @Option(help: ArgumentHelp("How many classes to print.", valueName: "number"))
  var top = 5

  @Flag(
    help: "Print classes, targets and ledger of every image, also of more than \(Self.few), which get one line each.")
  var verbose = false

  @Flag(help: "Do not print the ledger; of more than \(Self.few) images nothing but the summary and what failed.")
  var quiet = false

  @Flag(help: "Also write NAME.input.npy, the tensor the network read, to compare with other programs.")
  var saveInput = false

  /// As many images are told of at length.
  static let few = 3

  func validate() throws {
    if let batch, batch < 1 { throw ValidationError("--batch \(batch): expected at least 1") }
    if verbose, quiet { throw ValidationError("--verbose and --quiet exclude each other") }
  }

  func detail(images: Int) -> ExplanationText.Detail {
    if verbose { return .full }
    return images > Self.few ? (quiet ? .nothing : .line) : (quiet ? .noLedger : .full)
  }

  /// Threads for reading and writing beside the device: half the cores each, since a CPU that computes needs them too;
  /// two at least to write, because who writes waits for the disk most of the time.
  static func pipeline(batch: Int, overlapping: Bool = false) -> Pipeline {
    let cores = ProcessInfo.processInfo.activeProcessorCount
    return Pipeline(
      batch: batch, preparing: min(max(cores / 2, 1), 8), finishing: min(max(cores / 2, 2), 8),
      overlapping: overlapping)
  }
}
