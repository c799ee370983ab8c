import Foundation
import Imaging
import Testing

/// What is done already is not done again, and a command that was stopped goes on.
@Suite struct ResumeTests {
  private func explained(_ command: Command) -> String {
    command.output.split(separator: "\n").last.map { String($0) } ?? ""
  }

  @Test("Images with whole results are skipped, unless --overwrite or other settings ask for new ones")
  func skips() throws {
    let scenes = try ScenesFolder(count: 4)
    #expect(try scenes.explain(scenes.images).status == 0)
    let again = try scenes.explain(scenes.images)
    #expect(again.status == 0 && again.output.contains("all 4 image(s) were explained before"), "\(again.errors)")
    #expect(!again.output.contains("device   "), "no device is needed")

    // One file of one image is gone: that image is done again, and becomes what it was.
    let lost = "\(scenes.names[2]).overlay.png"
    let before = try scenes.bytes(lost)
    try FileManager.default.removeItem(atPath: scenes.folder.file("out/\(lost)"))
    let mended = try scenes.explain(scenes.images)
    #expect(explained(mended).hasPrefix("explained 1 of 4 images in ") && explained(mended).contains("; 3 done before"))
    #expect(try scenes.bytes(lost) == before)

    let overwritten = try scenes.explain(scenes.images + ["--overwrite"])
    #expect(explained(overwritten).hasPrefix("explained 4 of 4 images in "))
    #expect(!explained(overwritten).contains("before"))
  }

  @Test("Other settings are other results")
  func settings() throws {
    let scenes = try ScenesFolder(count: 1)
    #expect(try scenes.explain(scenes.images).status == 0)
    // All but two write over the same files.
    let options = [
      ["--composite", "epsilon_plus"], ["--class", "zebra"], ["--target", "log-odds"], ["--color-map", "hot"],
      ["--range", "max"], ["--mean", "0.5,0.4,0.4"], ["--filter", "features.28:1"], ["--alarm", "7"],
      ["--profile", "zennit"], ["--method", "gradient"],
    ]
    for options in options {
      let command = try scenes.explain(scenes.images + options)
      #expect(command.status == 0 && command.output.contains("explained:"), "\(options): \(command.errors)")
    }
  }

  @Test(
    "Files that are asked for beside the others are part of the results",
    arguments: [
      (["--save-input"], ".input.npy"), (["--save-layers", "features.28"], ".layers.safetensors"),
      (["--save-layers", "features.28", "--layers-format", "npy"], ".layers"),
    ])
  func files(_ options: [String], _ ending: String) throws {
    let scenes = try ScenesFolder(count: 1)
    #expect(try scenes.explain(scenes.images).status == 0)
    #expect(try scenes.explain(scenes.images + options).output.contains("explained:"))
    #expect(try scenes.explain(scenes.images + options).output.contains("explained before"))
    try FileManager.default.removeItem(atPath: scenes.folder.file("out/\(scenes.names[0])\(ending)"))
    #expect(try scenes.explain(scenes.images + options).output.contains("explained:"))
  }

  @Test("An image that changed is explained anew")
  func changedImage() throws {
    let scenes = try ScenesFolder(count: 2)
    #expect(try scenes.explain(scenes.images).status == 0)
    let copy = try Data(contentsOf: URL(fileURLWithPath: scenes.images[1]))
    try copy.write(to: URL(fileURLWithPath: scenes.images[0]))
    let again = try scenes.explain(scenes.images)
    #expect(explained(again).hasPrefix("explained 1 of 2 images in "), "\(again.output)")
    let names = scenes.names
    #expect(try scenes.bytes("\(names[0]).relevance.npy") == scenes.bytes("\(names[1]).relevance.npy"))
  }

  @Test("A given file that changed is another setting")
  func changedStart() throws {
    let scenes = try ScenesFolder(count: 1)
    let start = scenes.folder.file("start.npy")
    func write(_ index: Int) throws {
      var scalars = [Float](repeating: 0, count: 10)
      scalars[index] = 1
      try NumPyArray(shape: [10], elements: .float32(scalars)).write(to: start)
    }
    try write(1)
    #expect(try scenes.explain(scenes.images + ["--target", start]).status == 0)
    #expect(try scenes.explain(scenes.images + ["--target", start]).output.contains("explained before"))
    try write(2)
    #expect(try scenes.explain(scenes.images + ["--target", start]).output.contains("explained:"))
  }

  @Test("Classes that the scores choose are found again")
  func topClasses() throws {
    let scenes = try ScenesFolder(count: 4)
    let options = ["--classes", "top:2", "--quiet"]
    #expect(try scenes.explain(scenes.images + options).status == 0)
    #expect(try scenes.explain(scenes.images + options).output.contains("all 4 image(s) were explained before"))
    let lost = try #require(scenes.results().last { $0.hasSuffix(".json") })
    try FileManager.default.removeItem(atPath: scenes.folder.file("out/\(lost)"))
    #expect(explained(try scenes.explain(scenes.images + options)).hasPrefix("explained 1 of 4 images"))
    #expect(scenes.results().contains(lost))
    #expect(
      explained(try scenes.explain(scenes.images + ["--classes", "top:3", "--quiet"])).hasPrefix("explained 4 of"))
  }

  @Test("A signal leaves whole results, and the same command goes on", arguments: [SIGTERM, SIGINT])
  func signals(number: Int32) throws {
    let scenes = try ScenesFolder(count: 1)
    let count = 80
    let list = scenes.folder.file("list.txt")
    try String(repeating: scenes.images[0] + "\n", count: count).write(toFile: list, atomically: true, encoding: .utf8)
    let arguments = [
      "explain", "--list", list, "--model", Repository.model, "--output", scenes.folder.file("out"), "--quiet",
    ]
    let stopped = try Command(arguments) { process in
      let deadline = Date() + 60
      while !scenes.results().contains(where: { $0.hasSuffix(".json") }), Date() < deadline { usleep(5000) }
      kill(process.processIdentifier, number)
    }
    #expect(stopped.status == 128 + number, "\(stopped.errors)")
    let reports = scenes.results().filter { $0.hasSuffix(".json") }.count
    #expect((1..<count).contains(reports))
    #expect(scenes.results().count == 4 * reports, "\(scenes.results())")
    #expect(explained(stopped).hasPrefix("explained \(reports) of \(count) images"))
    #expect(stopped.errors.contains("\(count - reports) images are left; the same command goes on with them"))

    let rest = try Command(arguments)
    #expect(rest.status == 0, "\(rest.errors)")
    #expect(explained(rest).contains("explained \(count - reports) of \(count) images"))
    #expect(scenes.results().count == 4 * count)
  }
}
