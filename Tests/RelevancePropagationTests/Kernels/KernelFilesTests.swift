import Foundation
import Testing

@testable import RelevancePropagation

/// The kernels in the binary are those of Kernels/, and every file says what STYLE asks of it.
@Suite struct KernelFilesTests {
  private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("../../../Kernels").standardizedFileURL.path

  private static let files: [String] = {
    let paths = FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? []
    return paths.filter { $0.hasSuffix(".cl") || $0.hasSuffix(".h") }.sorted()
  }()

  @Test("the embedded list is the folder")
  func embedded() throws {
    #expect(!Self.files.isEmpty)
    #expect(
      try KernelLibrary(environment: [:]).names == Self.files, "the list is Sources/KernelSources/kernel_sources.c")
  }

  @Test("a folder named by the environment replaces the embedded text, which is the same")
  func fromDisk() throws {
    let embedded = try KernelLibrary(environment: [:])
    let disk = try KernelLibrary(environment: [KernelLibrary.environmentVariable: Self.folder])
    #expect(embedded.program(of: Self.files) == disk.program(of: Self.files))
    #expect(throws: (any Error).self) {
      try KernelLibrary(environment: [KernelLibrary.environmentVariable: "/nowhere"])
    }
  }

  @Test(
    "every kernel file's header says what it computes and names its grid",
    arguments: files.filter { $0.hasSuffix(".cl") })
  func header(_ file: String) throws {
    let text = try String(contentsOfFile: Self.folder + "/" + file, encoding: .utf8)
    let header = text.split(separator: "\n").prefix { $0.hasPrefix("//") }.joined(separator: "\n")
    #expect(header.contains("Grid"), "\(file): the header names no grid")
    #expect(header.contains("["), "\(file): the header gives no shapes")
  }

  @Test("includes are replaced by their files, and lines keep their numbers")
  func expansion() throws {
    let text = try KernelLibrary(environment: [:]).program(of: ["dense/naive.cl", "relevance/rho.cl"])
    #expect(text.components(separatedBy: "} SignPart;").count == 2)  // guarded: once
    #expect(!text.contains("#include \""))
    // Whatever follows `#line n "file"` is line n of the file.
    var at: (file: String, line: Int)?
    for line in text.components(separatedBy: "\n").dropLast() {
      if line.hasPrefix("#line ") {
        let parts = line.split(separator: " ")
        at = (parts[2].trimmingCharacters(in: ["\""]), Int(parts[1])!)
      } else if let place = at {
        let lines = try String(contentsOfFile: Self.folder + "/" + place.file, encoding: .utf8)
          .components(separatedBy: "\n")
        #expect(place.line > lines.count || lines[place.line - 1] == line, "\(place.file):\(place.line)")
        at = (place.file, place.line + 1)
      }
    }
  }
}
