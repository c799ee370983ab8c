import Foundation
internal import KernelSources

/// The text of Kernels/, as the binary carries it or, for experiments, from a folder.
package struct KernelLibrary: Sendable {
  /// Environment variable that names a Kernels/ folder to read instead of the embedded text.
  package static let environmentVariable = "RELPROP_KERNELS"

  private let files: [String: String]

  /// - Throws: where the folder named by the environment cannot be read.
  init(environment: [String: String] = ProcessInfo.processInfo.environment) throws {
    var files: [String: String] = [:]
    for index in 0..<kernel_source_count() {
      let source = kernel_source_at(index)
      let name = String(cString: source.name)
      if let folder = environment[Self.environmentVariable], !folder.isEmpty {
        files[name] = try String(contentsOfFile: folder + "/" + name, encoding: .utf8)
      } else {
        files[name] = String(
          decoding: UnsafeRawBufferPointer(start: source.text, count: source.length), as: UTF8.self)
      }
    }
    self.files = files
  }

  var names: [String] { files.keys.sorted() }

  /// One program's text: the files one after another, each `#include` replaced by its file; by nothing where
  /// the file guards itself against a second time and had its first.
  ///
  /// `#line` keeps the compiler's messages at the right file and line.
  func program(of names: [String]) -> String {
    var guarded: Set<String> = []
    return names.map { expand($0, &guarded) }.joined()
  }

  private func expand(_ name: String, _ guarded: inout Set<String>) -> String {
    guard !guarded.contains(name) else { return "" }
    guard let text = files[name] else { preconditionFailure("no kernel file \(name)") }
    if text.contains("#ifndef RELPROP_") { guarded.insert(name) }
    var result = "#line 1 \"\(name)\"\n"
    for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      if line.hasPrefix("#include \""), let end = line.dropFirst(10).firstIndex(of: "\"") {
        let file = String(line.dropFirst(10)[..<end])
        result += expand(file, &guarded) + "#line \(index + 2) \"\(name)\"\n"
      } else {
        result += line + "\n"
      }
    }
    return result
  }
}
