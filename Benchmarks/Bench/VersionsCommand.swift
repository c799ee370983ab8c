import ArgumentParser
import Compute
import Foundation
import RelevancePropagation
import Reporting

/// `relprop-bench versions`: several versions of the kernels by turns in one process.
struct VersionsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "versions",
    abstract: "Kernels of several folders by turns in one process: what a change of them is worth.",
    discussion: """
      Each folder is a copy of Kernels/; "built-in" stands for the program's own. In every turn each version runs an \
      explanation once untimed and twice timed, by the device's clock, so that differences of 1 % can be seen which \
      drown between two processes. Each version has memory of its own, and where that lies makes up to 1 % too: give \
      the folders in both orders. All of them are held at once.
      """)

  @OptionGroup var options: BenchmarkOptions
  @OptionGroup var pass: PassOptions

  @Option(help: ArgumentHelp("Also write the results as JSON.", valueName: "file"))
  var json: String?

  @Argument(help: ArgumentHelp("Two versions or more, the first to compare with.", valueName: "folder"))
  var folders: [String]

  struct Row: Encodable {
    /// "conv1_1 forward"; "total forward", "total backward" by the host's clock.
    var stage: String
    /// Of the whole batch, in the order of the folders.
    var seconds: [Spread]
  }

  private static let builtIn = "built-in"

  func validate() throws {
    guard folders.count > 1 else { throw ValidationError("expected two folders of kernels or more") }
  }

  func run() throws {
    let subject = try Subject(options)
    let images = subject.images(pass.batch)
    let versions = try folders.map { try Version($0, subject, pass.work, images, options) }
    let turns = try options.timing.collect { try versions.map { try $0.takeTurn(images) } }
    let runs = versions.indices.map { version in turns.flatMap { $0[version] } }

    print("device   \(versions[0].engine.device)\nnetwork  \(subject.name), \(pass.text)")
    for (number, folder) in folders.enumerated() {
      let difference =
        number == 0
        ? ""
        : String(
          format: "; relevance differs by %.1e of its largest",
          Self.difference(versions[number].relevance, versions[0].relevance))
      print("\(number + 1)        \(folder)\(difference)")
    }
    var labels: Set<String> = []
    let stages = runs[0][0].records.map(\.label).filter { labels.insert($0).inserted }
    var rows = stages.map { stage in
      Row(stage: stage, seconds: runs.map { Spread($0.map { $0.seconds(stage) }) })
    }
    rows.append(Row(stage: "total forward", seconds: runs.map { Spread($0.map(\.outcome.forwardSeconds)) }))
    rows.append(Row(stage: "total backward", seconds: runs.map { Spread($0.map(\.backwardSeconds)) }))
    var table = TextTable(
      [("ms", .left)] + folders.indices.map { ("\($0 + 1)", .right) }
        + folders.indices.dropFirst().map { ("\($0 + 1) − 1", .right) })
    for row in rows {
      table.add(
        [row.stage] + row.seconds.map(\.milliseconds)
          + row.seconds.dropFirst().map { String(format: "%+.3f", ($0.median - row.seconds[0].median) * 1e3) })
    }
    for line in table.lines { print(line) }
    if let json {
      let report = Report("versions", options, device: versions[0].engine.device, network: subject.name, rows: rows)
      try AtomicFile.write(report.json, to: json)
    }
  }

  /// The largest difference of two relevances, relative to the largest of the second.
  private static func difference(_ one: [Tensor], _ other: [Tensor]) -> Double {
    var largest: Float = 0
    var apart: Float = 0
    for (one, other) in zip(one, other) {
      for (a, b) in zip(one.scalars, other.scalars) {
        largest = max(largest, abs(b))
        apart = max(apart, abs(a - b))
      }
    }
    return largest > 0 ? Double(apart / largest) : 0
  }

  /// One version of the kernels with a network made ready for it.
  private struct Version {
    let engine: Engine
    private let session: Session
    /// Of the first run.
    let relevance: [Tensor]

    /// - Throws: where the folder lacks a file; what building the kernels throws.
    init(_ folder: String, _ subject: Subject, _ work: Work, _ images: Tensor, _ options: BenchmarkOptions) throws {
      let name = KernelLibrary.environmentVariable
      if folder == VersionsCommand.builtIn {
        unsetenv(name)
      } else {
        guard FileManager.default.fileExists(atPath: folder + "/epilogue.h") else {
          throw ValidationError(
            "\(folder): expected a copy of Kernels/ or \"\(VersionsCommand.builtIn)\", found no \(folder)/epilogue.h")
        }
        setenv(name, folder, 1)
      }
      engine = try options.engine(profiling: true)
      session = try Session(subject, work, on: engine)
      // Kernels that are compiled at their first launch are read from the folder that is named then.
      relevance = try session.run(images).relevance
    }

    /// One untimed run, which finds the caches as another version left them, and two timed ones.
    func takeTurn(_ images: Tensor) throws -> [RecordedRun] {
      _ = try session.run(images)
      return try (0..<2).map { _ in try RecordedRun(session, images, on: engine) }
    }
  }
}
