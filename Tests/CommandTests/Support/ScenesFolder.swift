import Foundation
import Imaging
import Scenes

/// A folder with one scene of each class, "0-airliner.png" …, and room for results.
struct ScenesFolder {
  let folder: TemporaryFolder
  let images: [String]

  init(count: Int) throws {
    let folder = try TemporaryFolder()
    self.folder = folder
    try FileManager.default.createDirectory(atPath: folder.file("in"), withIntermediateDirectories: true)
    images = try SceneClass.allCases.prefix(count).enumerated().map { index, subject in
      let path = folder.file("in/\(index)-\(subject.label.replacing(" ", with: "-")).png")
      let scene = try Scene(of: subject, seed: UInt64(index + 1))
      try Picture(width: scene.size, height: scene.size, pixels: scene.image).write(to: path)
      return path
    }
  }

  /// Names of the images without extension: those of their results.
  var names: [String] { images.map { URL(fileURLWithPath: $0).deletingPathExtension().lastPathComponent } }

  func explain(_ arguments: [String], output: String = "out", environment: [String: String] = [:]) throws -> Command {
    try Command(
      ["explain", "--model", Repository.model, "--output", folder.file(output)] + arguments, environment: environment)
  }

  /// All results, below subfolders too.
  func results(_ output: String = "out") -> [String] {
    let all = FileManager.default.enumerator(atPath: folder.file(output))?.compactMap { $0 as? String } ?? []
    return all.filter { !isFolder(folder.file("\(output)/\($0)")) }.sorted()
  }

  func bytes(_ name: String, of output: String = "out") throws -> Data {
    try Data(contentsOf: URL(fileURLWithPath: folder.file("\(output)/\(name)")))
  }

  private func isFolder(_ path: String) -> Bool {
    var isFolder: ObjCBool = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue
  }
}
