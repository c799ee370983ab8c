import Foundation

/// Runs the built `relprop` as a user would.
struct Command {
  let status: Int32
  let output: String
  let errors: String

  /// - Parameters:
  ///   - environment: added to this process's.
  ///   - input: what the command reads from standard input.
  ///   - program: another one, which runs relprop.
  ///   - whileRunning: called once it runs.
  init(
    _ arguments: [String], environment: [String: String] = [:], input: String = "", program: String? = nil,
    whileRunning: (Process) throws -> Void = { _ in }
  ) throws {
    let process = Process()
    process.executableURL = program.map { URL(fileURLWithPath: $0) } ?? Self.executable
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("relprop-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    // Files, not pipes: a full pipe would stop the command.
    let (out, err) = (folder.appendingPathComponent("out"), folder.appendingPathComponent("err"))
    let text = folder.appendingPathComponent("in")
    for file in [out, err] { _ = FileManager.default.createFile(atPath: file.path, contents: nil) }
    try input.write(to: text, atomically: true, encoding: .utf8)
    process.standardInput = try FileHandle(forReadingFrom: text)
    process.standardOutput = try FileHandle(forWritingTo: out)
    process.standardError = try FileHandle(forWritingTo: err)
    try process.run()
    try whileRunning(process)
    process.waitUntilExit()
    status = process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus
    output = try String(contentsOf: out, encoding: .utf8)
    errors = try String(contentsOf: err, encoding: .utf8)
  }

  /// Where the command is.
  static var path: String? { FileManager.default.isExecutableFile(atPath: executable.path) ? executable.path : nil }

  /// Beside the test program.
  private static let executable: URL = {
    let folder = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
    let beside = folder.appendingPathComponent("relprop")
    if FileManager.default.isExecutableFile(atPath: beside.path) { return beside }
    return Repository.root.appendingPathComponent(".build/debug/relprop")
  }()
}

/// Files of the repository the tests read.
enum Repository {
  static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  /// The demo network, as a file a user might hold.
  static let model = root.appendingPathComponent("Models/demo/vgg16-scenes.safetensors").path
  static func fixture(_ name: String) -> String {
    root.appendingPathComponent("Tests/ModelFormatsTests/Fixtures/\(name)").path
  }
}

/// A folder that is removed with the value.
final class TemporaryFolder {
  let path: String

  init() throws {
    path = FileManager.default.temporaryDirectory.appendingPathComponent("relprop-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  var names: [String] { (try? FileManager.default.contentsOfDirectory(atPath: path).sorted()) ?? [] }
  func file(_ name: String) -> String { path + "/" + name }
}
