import Foundation
import Imaging
import Scenes
import Testing

/// What README shows is what is there.
@Suite struct ReadmeTests {
  private func text(_ path: String) throws -> String {
    try String(contentsOf: Repository.root.appendingPathComponent(path), encoding: .utf8)
  }

  @Test("README's library example is compiled and writes a heatmap")
  func example() throws {
    let readme = try text("README.md")
    let block = try #require(readme.components(separatedBy: "```swift\n").dropFirst().first)
      .components(separatedBy: "```")[0]
    let shown = block.replacing("\"vgg16.pth\"", with: "modelPath").replacing("\"photo.jpg\"", with: "photograph")
      .replacing("\"heatmap.png\"", with: "heatmapPath")
    let compiled = try text("Tests/CommandTests/LibraryExample.swift")
    for line in shown.split(separator: "\n") {
      #expect(compiled.contains(line.trimmingCharacters(in: .whitespaces)), "only in README: \(line)")
    }

    let folder = try TemporaryFolder()
    let scene = try Scene(of: .zebra, seed: 5)
    try Picture(width: scene.size, height: scene.size, pixels: scene.image).write(to: folder.file("zebra.png"))
    try libraryExample(
      model: Repository.model, photograph: folder.file("zebra.png"), heatmap: folder.file("heatmap.png"))
    #expect(folder.names.contains("heatmap.png"))
  }

  @Test("README's list of rules is the command's")
  func rules() throws {
    let output = try Command(["rules"]).output.trimmingCharacters(in: .whitespacesAndNewlines)
    #expect(try text("README.md").contains(output), "run relprop rules and put its output into README.md")
  }

  @Test("README's demo output is the demo's")
  func demo() throws {
    let folder = try TemporaryFolder()
    let line = try Command(["demo", "--output", folder.path]).output.split(separator: "\n")
      .first { $0.contains("of the positive relevance") }
    #expect(try text("README.md").contains(try #require(line)))
  }
}
