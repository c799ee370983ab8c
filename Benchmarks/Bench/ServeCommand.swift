import ArgumentParser
import Evaluation
import Foundation
import Imaging
import RelevancePropagation

/// `relprop-bench serve`: runs on command, so that another program can take turns with it and hold its memory apart.
struct ServeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve",
    abstract: "Run on command: JSON lines in, JSON lines out, for comparisons that take turns.",
    discussion: """
      {"load": {"kind": "explain", "composite": "seed", "batch": 1, "targets": 1, "ledger": false}}
      {"run": {"input": "images.npy", "classes": [3], "untimed": 1, "timed": 1, "output": "relevance.npy"}}
      {"remove": {"input": "images.npy", "maps": "maps.npy", "targets": [3], "patch": 8, "steps": 100, "output": "curves.npy"}}
      Kinds are forward and explain; every key may be left out, of remove but input, maps and targets. An answer has seconds, \
      or error.
      """)

  @OptionGroup var options: BenchmarkOptions

  func run() throws {
    let subject = try Subject(options)
    var engine: Engine?
    var session: Session?
    var runner: RemovalRunner?
    var images: Tensor?
    while let line = readLine() {
      var answer: ServeAnswer
      do {
        switch try JSONDecoder().decode(ServeRequest.self, from: Data(line.utf8)) {
        case .load(let work):
          session = nil  // gives its memory back first
          let seconds = try ContinuousClock().measure {
            let chosen = try options.engine(precision: work.precision)
            session = try Session(subject, work, on: chosen)
            engine = chosen
          }
          images = subject.images(work.batch)
          answer = ServeAnswer(seconds: [seconds / .seconds(1)])
        case .run(let request):
          guard let session else { throw SessionError("run: nothing is loaded; send load first") }
          if let path = request.input { images = try Self.images(path, subject, batch: session.work.batch) }
          answer = try Self.run(request, session, images!)
        case .remove(let request):
          if runner?.batch != request.batch {
            (session, runner) = (nil, nil)
            let chosen = try options.engine()
            runner = try RemovalRunner(
              subject.network, low: subject.preprocessing.low, high: subject.preprocessing.high, on: chosen,
              batch: max(request.batch, 1))
            engine = chosen
          }
          answer = try request.run(with: runner!)
        }
        answer.peakBytes = ResidentMemory.peak
        answer.device = engine?.device.description
      } catch {
        answer = ServeAnswer(error: "\(error)")
      }
      print(String(decoding: try JSONEncoder().encode(answer), as: UTF8.self))
      fflush(nil)
    }
  }

  private static func images(_ path: String, _ subject: Subject, batch: Int) throws -> Tensor {
    let tensor = try NumPyArray(path: path).tensor
    let expected = subject.network.inputShape
    guard tensor.shape.rank == 4, Array(tensor.shape.extents.dropFirst()) == expected.extents,
      (1...batch).contains(tensor.shape[0])
    else {
      throw SessionError("\(path): expected [N, \(expected.extents)] with N up to \(batch), found \(tensor.shape)")
    }
    return tensor
  }

  private static func run(_ request: ServeRequest.Run, _ session: Session, _ images: Tensor) throws -> ServeAnswer {
    for _ in 0..<max(request.untimed ?? 0, 0) { _ = try session.run(images, classes: request.classes) }
    let outcomes = try (0..<max(request.timed ?? 1, 1)).map { _ in try session.run(images, classes: request.classes) }
    if let output = request.output {
      guard !outcomes.last!.relevance.isEmpty else { throw SessionError("output: a forward pass gives no relevance") }
      try NumPyArray(Tensor.stack(outcomes.last!.relevance)).write(to: output)
    }
    return ServeAnswer(
      seconds: outcomes.map(\.seconds), forwardSeconds: outcomes.map(\.forwardSeconds),
      topClasses: outcomes.last!.topClasses)
  }
}
