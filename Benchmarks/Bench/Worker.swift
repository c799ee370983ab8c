import Foundation

/// This program once more, as `serve`: a process of its own has its own peak of memory and its own number of threads.
final class Worker {
  private let process = Process()
  private let input = Pipe()
  private let output = Pipe()
  private var received = Data()

  /// This program.
  static let executable = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()

  /// - Parameter options: network, device, threads.
  init(_ options: BenchmarkOptions) throws {
    process.executableURL = Self.executable
    process.arguments = ["serve"] + options.arguments
    process.standardInput = input
    process.standardOutput = output
    try process.run()
  }

  deinit {
    try? input.fileHandleForWriting.close()
    process.waitUntilExit()
  }

  /// Sends a request and waits for its answer.
  /// - Throws: `SessionError` with the worker's own message, or where it ended.
  func ask(_ request: ServeRequest) throws -> ServeAnswer {
    try input.fileHandleForWriting.write(contentsOf: JSONEncoder().encode(request) + Data("\n".utf8))
    while true {
      if let end = received.firstIndex(of: UInt8(ascii: "\n")) {
        let answer = try JSONDecoder().decode(ServeAnswer.self, from: received[..<end])
        received = Data(received[received.index(after: end)...])
        if let error = answer.error { throw SessionError(error) }
        return answer
      }
      let data = output.fileHandleForReading.availableData
      guard !data.isEmpty else { throw SessionError("the worker ended; its last words stand above") }
      received += data
    }
  }

  /// Loads `work` and times it.
  func measure(_ work: Work, _ timing: Timing) throws -> Measurement {
    _ = try ask(.load(work))
    var peak: Int?
    let seconds = try timing.collect {
      let answer = try ask(.run(.init()))
      peak = answer.peakBytes
      return answer.seconds![0]
    }
    return Measurement(seconds: Spread(seconds), peakBytes: peak)
  }

  struct Measurement {
    var seconds: Spread
    /// Most physical memory the worker held, weights included.
    var peakBytes: Int?
  }
}
