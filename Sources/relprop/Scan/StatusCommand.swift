import ArgumentParser
import Foundation
import OMEZarr

/// `relprop status`: what of a scan is done, and what is missing.
struct StatusCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status",
    abstract: "Tell how much of a scan is done, and which parts are missing.",
    discussion: "The status is 0 where all strips are there, 1 where some are missing.")

  @Argument(help: ArgumentHelp("The .zarr folder that relprop scan writes.", valueName: "map"))
  var map: String

  @Option(
    help: ArgumentHelp(
      "Into how many shards the work is divided. Default: what the finished strips say.", valueName: "N"))
  var shards: Int?

  func validate() throws {
    if let shards, shards < 1 { throw ValidationError("--shards \(shards): expected at least 1") }
  }

  func run() throws {
    let completion = try ScanCompletion(path: map)
    for line in Self.lines(completion, shards: shards) { print(line) }
    if !completion.isComplete { throw ExitCode.failure }
  }

  static func lines(_ completion: ScanCompletion, shards: Int?) -> [String] {
    let identity = completion.identity
    var lines = [
      "map      \(completion.store.path): \(completion.store.width) x \(completion.store.height) pixels of \(identity.image)",
      "done     \(completion.chunks - completion.missingChunks) of \(completion.chunks) chunks, \(completion.markers.count) strips",
    ]
    if let last = completion.markers.map(\.marker.finished).max() { lines.append("last     \(last)") }
    if !completion.unreadable.isEmpty {
      lines.append(
        "damaged  \(completion.unreadable.count) part(s) of the image could not be read (x,y,w,h of the map): "
          + completion.unreadable.prefix(8).map { $0.map(String.init).joined(separator: ",") }.joined(separator: "  ")
          + (completion.unreadable.count > 8 ? "  …" : ""))
    }
    guard !completion.isComplete else {
      return lines + [
        completion.store.isFinished ? "finished" : "complete; relprop finish \(completion.store.path) makes the pyramid"
      ]
    }
    let missing = completion.missing.map { row, columns in
      columns.count == completion.store.base.chunkColumns
        ? "\(row)" : "\(row) (columns \(columns.lowerBound) to \(columns.upperBound - 1))"
    }
    lines.append(
      "missing  rows of chunks: " + missing.prefix(20).joined(separator: ", ") + (missing.count > 20 ? ", …" : ""))
    if let count = shards ?? completion.shards {
      let numbers = completion.missingShards(of: count).map(String.init).joined(separator: ",")
      lines.append("shards   of \(count) missing: \(numbers) (sbatch --array=\(numbers))")
    } else {
      lines.append("The same command with --resume goes on.")
    }
    return lines
  }
}
