import Foundation
import Testing

/// `relprop explain` of many images: batches, order, failures, lists.
@Suite struct ManyImagesTests {
  @Test(
    "Results do not depend on the batch, to the byte",
    arguments: [
      [], ["--classes", "top:2"], ["--target", "log-odds"], ["--target", "difference:castle,zebra"],
      ["--neuron", "features.28:3"], ["--save-layers", "features.28,classifier.0", "--save-input"],
      ["--composite", "epsilon_plus"], ["--filter", "features.28:1,2"],
      ["--method", "smoothgrad", "--samples", "3"],
    ])
  func batches(_ options: [String]) throws {
    let scenes = try ScenesFolder(count: 6)
    // Batches of 4 and 2, and one image after the other.
    let together = try scenes.explain(scenes.images + options + ["--batch", "4"], output: "together")
    let single = try scenes.explain(scenes.images + options + ["--batch", "1"], output: "single")
    #expect(together.status == 0 && single.status == 0, "\(together.errors)\(single.errors)")
    let names = scenes.results("together")
    #expect(names == scenes.results("single"))
    #expect(names.count >= 6 * 4)
    for name in names where !name.hasSuffix(".json") {
      #expect(try scenes.bytes(name, of: "together") == scenes.bytes(name, of: "single"), "\(name)")
    }
  }

  @Test("An image of many gives what it gives in a command of its own")
  func alone() throws {
    let scenes = try ScenesFolder(count: 5)
    #expect(try scenes.explain(scenes.images, output: "together").status == 0)
    #expect(try scenes.explain([scenes.images[3]], output: "alone").status == 0)
    let names = scenes.results("alone")
    #expect(names.count == 4)
    for name in names where !name.hasSuffix(".json") {
      #expect(try scenes.bytes(name, of: "together") == scenes.bytes(name, of: "alone"), "\(name)")
    }
  }

  @Test("More than three images get a line each, in the order of the arguments, and a summary")
  func lines() throws {
    let scenes = try ScenesFolder(count: 8)
    let images = Array(scenes.images.reversed())
    let command = try scenes.explain(images)
    #expect(command.status == 0, "\(command.errors)")
    let lines = command.output.split(separator: "\n").map(String.init)
    let told = lines.filter { $0.hasPrefix(scenes.folder.path) }
    #expect(told.count == 8 && zip(told, images).allSatisfy { $0.hasPrefix($1 + ": ") })
    #expect(lines.last?.hasPrefix("explained 8 of 8 images in ") == true)
    #expect(lines.contains { $0.hasPrefix("batch    4 because: 8 images, ") })
    #expect(!command.output.contains("stabilizer"), "the ledger")

    let quiet = try scenes.explain(images + ["--quiet", "--overwrite"])
    #expect(!quiet.output.contains(scenes.images[0]) && quiet.output.contains("explained 8 of 8"))
    let verbose = try scenes.explain(images + ["--verbose", "--overwrite"])
    #expect(verbose.output.components(separatedBy: "stabilizer").count == 9)
    #expect(verbose.output.contains(" backward for 4 images)"))
  }

  @Test("Bad files are named when they are met and once more in the end; all others are explained")
  func badFiles() throws {
    let scenes = try ScenesFolder(count: 6)
    let (text, half) = (scenes.folder.file("in/text.jpg"), scenes.folder.file("in/half.png"))
    try "no image".write(toFile: text, atomically: true, encoding: .utf8)
    let whole = try Data(contentsOf: URL(fileURLWithPath: scenes.images[0]))
    try whole.prefix(whole.count / 2).write(to: URL(fileURLWithPath: half))
    let missing = scenes.folder.file("in/missing.png")
    var images = scenes.images
    for (place, path) in [(5, text), (3, half), (0, missing)] { images.insert(path, at: place) }
    let command = try scenes.explain(images + ["--batch", "3"])
    #expect(command.status == 1, "\(command.errors)")
    #expect(command.errors.contains("relprop: 3 of 9 images failed:\n  \(missing): No such file"), "\(command.errors)")
    #expect(command.errors.components(separatedBy: "text.jpg: it is no image").count == 3)
    #expect(command.errors.components(separatedBy: "half.png: it cannot be decoded").count == 3)
    #expect(command.output.contains("explained 6 of 9 images in ") && command.output.contains("; 3 failed"))
    #expect(scenes.results().count == 6 * 4)
  }

  @Test("Inputs of one name do not overwrite each other")
  func sameNames() throws {
    let scenes = try ScenesFolder(count: 2)
    let other = scenes.folder.file("in/0-airliner.jpeg")
    try FileManager.default.copyItem(atPath: scenes.images[1], toPath: other)
    #expect(try scenes.explain([scenes.images[0], other]).status == 0)
    #expect(scenes.results().filter { $0.hasSuffix(".json") } == ["0-airliner-2.json", "0-airliner.json"])
    let (first, second) = try (scenes.bytes("0-airliner.relevance.npy"), scenes.bytes("0-airliner-2.relevance.npy"))
    #expect(first != second)
  }

  @Test("Images come from folders, subfolders, a list and standard input")
  func sources() throws {
    let scenes = try ScenesFolder(count: 4)
    let folder = scenes.folder
    try FileManager.default.createDirectory(atPath: folder.file("in/sub"), withIntermediateDirectories: true)
    try FileManager.default.moveItem(atPath: scenes.images[3], toPath: folder.file("in/sub/deep.png"))
    let reports = { (output: String) in scenes.results(output).filter { $0.hasSuffix(".json") } }
    let first = scenes.names.prefix(3).map { $0 + ".json" }

    #expect(try scenes.explain([folder.file("in")], output: "plain").status == 0)
    #expect(reports("plain") == first)
    #expect(try scenes.explain([folder.file("in"), "--recursive"], output: "deep").status == 0)
    #expect(reports("deep") == first + ["sub/deep.json"])

    let lines = scenes.images[1] + "\n\n" + folder.file("in/sub") + "\r\n"
    try lines.write(toFile: folder.file("list.txt"), atomically: true, encoding: .utf8)
    #expect(
      try scenes.explain([scenes.images[0], "--list", folder.file("list.txt")], output: "list").status == 0)
    #expect(reports("list") == [first[0], first[1], "deep.json"])
    let input = try Command(
      ["explain", "--model", Repository.model, "--output", folder.file("input"), "--list", "-"],
      input: scenes.images[0] + "\0" + scenes.images[2] + "\0")
    #expect(input.status == 0, "\(input.errors)")
    #expect(reports("input") == [first[0], first[2]])
  }

  @Test(
    "What names no images is refused",
    arguments: [
      ([], "name images to explain"), (["--list", "/nowhere"], "--list /nowhere: it cannot be read"),
      (["--list", "/dev/null"], "it names no image"), (["IN", "--batch", "0"], "--batch 0: expected at least 1"),
      (["IN", "--quiet", "--verbose"], "exclude each other"), (["EMPTY"], "no image in this folder"),
    ])
  func refuses(_ arguments: [String], _ message: String) throws {
    let scenes = try ScenesFolder(count: 1)
    try FileManager.default.createDirectory(atPath: scenes.folder.file("empty"), withIntermediateDirectories: true)
    let names = ["IN": scenes.folder.file("in"), "EMPTY": scenes.folder.file("empty")]
    let command = try scenes.explain(arguments.map { names[$0] ?? $0 })
    #expect(command.status > 0)
    #expect(command.errors.contains(message), "\(command.errors)")
    #expect(scenes.results().isEmpty)
  }

  @Test("A full disk stops the run", .enabled(if: geteuid() == 0, "mounting a small file system needs root"))
  func fullDisk() throws {
    let scenes = try ScenesFolder(count: 6)
    let output = scenes.folder.file("out")
    try FileManager.default.createDirectory(atPath: output, withIntermediateDirectories: true)
    // Room for pictures, none for 110 KB of relevance.
    let mounted = try Command(["-t", "tmpfs", "-o", "size=100k", "relprop-test", output], program: "/bin/mount")
    guard mounted.status == 0 else { return print("mount: \(mounted.errors); the full disk is not tested here") }
    defer { _ = try? Command([output], program: "/bin/umount") }
    let command = try scenes.explain(scenes.images)
    #expect(command.status > 0)
    #expect(command.errors.components(separatedBy: "cannot write").count == 2, "\(command.errors)")
    #expect(scenes.results().isEmpty, "\(scenes.results())")
  }

  @Test("A terminal shows a bar with rate and time left", .enabled(if: Terminal.isThere))
  func terminal() throws {
    let scenes = try ScenesFolder(count: 1)
    let list = String(repeating: scenes.images[0] + "\n", count: 100)
    try list.write(toFile: scenes.folder.file("list.txt"), atomically: true, encoding: .utf8)
    let text = try Terminal.output([
      "explain", "--list", scenes.folder.file("list.txt"), "--model", Repository.model, "--output",
      scenes.folder.file("out"), "--quiet", "--batch", "1",
    ])
    #expect(text.contains(/\[#*-*\] \d+ of 100, [0-9.]+ images\/s, \d+:\d\d left/), "\(text)")
    #expect(text.contains("explained 100 of 100 images"))
  }
}
