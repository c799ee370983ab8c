import Foundation

/// A folder that is removed with the value.
final class Folder {
  let path = FileManager.default.temporaryDirectory.appendingPathComponent("relprop-\(UUID().uuidString)").path
  init() throws { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) }
  deinit { try? FileManager.default.removeItem(atPath: path) }
}

/// Runs the built `relprop-bench`.
struct Bench {
  let status: Int32
  let output: String
  let errors: String

  init(_ arguments: [String], input: String = "") throws {
    let folder = try Folder()
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
      .deletingLastPathComponent().appendingPathComponent("relprop-bench")
    process.arguments = arguments
    // Files, not pipes: a full pipe would stop the command.
    func handle(_ name: String) throws -> FileHandle {
      try Data((name == "in" ? input : "").utf8).write(to: URL(fileURLWithPath: "\(folder.path)/\(name)"))
      return try name == "in"
        ? FileHandle(forReadingAtPath: "\(folder.path)/in")!
        : FileHandle(forWritingTo: URL(fileURLWithPath: "\(folder.path)/\(name)"))
    }
    process.standardInput = try handle("in")
    process.standardOutput = try handle("out")
    process.standardError = try handle("err")
    try process.run()
    process.waitUntilExit()
    status = process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus
    output = try String(contentsOfFile: folder.path + "/out", encoding: .utf8)
    errors = try String(contentsOfFile: folder.path + "/err", encoding: .utf8)
  }
}
