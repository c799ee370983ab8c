import Foundation
import Testing

@testable import relprop

/// Which images arguments name, and what their results are called.
@Suite struct ImageFilesTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    for name in ["b/two", "b/c"] {
      try FileManager.default.createDirectory(atPath: folder.file(name), withIntermediateDirectories: true)
    }
    for name in [
      "b/z.JPG", "b/a.png", "b/a.heatmap.png", "b/a.overlay.png", "b/a.json", "b/.hidden.png", "b/notes.txt",
      "b/two/deep.webp", "b/two/a.tif",
    ] {
      _ = FileManager.default.createFile(atPath: folder.file(name), contents: Data([0]))
    }
  }

  private func found(_ path: String, recursive: Bool = false) throws -> [String] {
    try ImageFiles.at(folder.file(path), recursive: recursive).map {
      $0.path.dropFirst(folder.path.count + 1) + " " + $0.name
    }
  }

  @Test("A folder stands for its images by name, without results, hidden files and others")
  func ofFolder() throws {
    #expect(try found("b") == ["b/a.png a", "b/z.JPG z"])
    #expect(try found("b/") == ["b/a.png a", "b/z.JPG z"])
  }

  @Test("Subfolders are looked into where asked, and results keep them apart")
  func recursive() throws {
    #expect(
      try found("b", recursive: true)
        == ["b/a.png a", "b/two/a.tif two/a", "b/two/deep.webp two/deep", "b/z.JPG z"])
  }

  @Test("A link that leads back does not go round in circles")
  func links() throws {
    try FileManager.default.createSymbolicLink(
      atPath: folder.file("b/two/up"), withDestinationPath: folder.file("b"))
    #expect(try found("b", recursive: true).count == 4)
  }

  @Test("A file stands for itself, there or not, whatever it is called")
  func ofFile() throws {
    #expect(try found("b/a.heatmap.png") == ["b/a.heatmap.png a.heatmap"])
    #expect(try found("nowhere.x") == ["nowhere.x nowhere"])
  }

  @Test("A folder without images is an error that says where to look")
  func empty() {
    #expect { try found("b/c") } throws: {
      "\($0)".hasSuffix("no image in this folder; --recursive looks into subfolders")
    }
    #expect { try found("b/c", recursive: true) } throws: { "\($0)".hasSuffix("b/c: no image in this folder") }
  }

  @Test("Inputs of one name have results of different names, the same ones on every run")
  func stems() throws {
    var output = try OutputFolder(folder.file("out"))
    let stems = ["a", "a", "two/a", "a", "a-2"].map { output.stem(named: $0).dropFirst(folder.path.count + 5) }
    #expect(stems == ["a", "a-2", "two/a", "a-3", "a-2-2"])
    let long = String(repeating: "ü", count: 120)
    #expect(output.stem(named: "two/" + long).utf8.count <= folder.path.utf8.count + 5 + 4 + 150)
  }

  @Test("A report's command names its own image alone where there were many")
  func commands() {
    let few = ["relprop", "explain", "a", "b", "--model", "m"]
    #expect(CommandText(few, images: ["a", "b"]).arguments(for: "a") == few)
    let images = (0..<20).map { "image\($0)" }
    let many = CommandText(["relprop", "explain", "--quiet"] + images + ["--model", "m"], images: images)
    #expect(many.arguments(for: "image7") == ["relprop", "explain", "--quiet", "image7", "--model", "m"])
  }
}
