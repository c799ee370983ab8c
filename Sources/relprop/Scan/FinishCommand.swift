import ArgumentParser
import Foundation
import OMEZarr

/// `relprop finish`: the pyramid, totals and colour scale of a map whose shards are done.
struct FinishCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "finish",
    abstract: "Finish a map whose shards are done: sums, pyramid, colour scale.",
    discussion: """
      A scan in one process finishes its map itself. Refused, with the list of what is missing, while strips are not there.
      """)

  @Argument(help: ArgumentHelp("The .zarr folder that relprop scan writes.", valueName: "map"))
  var map: String

  func run() throws {
    let completion = try ScanCompletion(path: map)
    guard completion.isComplete else {
      for line in StatusCommand.lines(completion, shards: nil) { ExplainConsole.error(line) }
      throw ExitCode.failure
    }
    let lock = try ScanLock(completion.folder)
    defer { withExtendedLifetime(lock) {} }
    let progress = Progress()
    progress.update("pyramid")
    let (store, totals) = try ScanFinish.run(completion)
    progress.finish()
    for line in ScanText.totals(totals, store: store) { print(line) }
  }
}
