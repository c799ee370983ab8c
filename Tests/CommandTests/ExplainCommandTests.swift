import Compute
import Foundation
import Imaging
import Scenes
import Testing

/// `relprop explain` from outside: what it prints, what it writes, what it refuses.
@Suite struct ExplainCommandTests {
  private let folder: TemporaryFolder
  private let photograph: String

  init() throws {
    folder = try TemporaryFolder()
    photograph = folder.file("castle.png")
    let scene = try Scene(of: .castle, seed: 11)
    try Picture(width: scene.size, height: scene.size, pixels: scene.image).write(to: photograph)
  }

  private func explain(_ arguments: [String], environment: [String: String] = [:]) throws -> Command {
    try Command(["explain"] + arguments + ["--output", folder.file("out")], environment: environment)
  }

  private var results: [String] {
    (try? FileManager.default.contentsOfDirectory(atPath: folder.file("out")).sorted()) ?? []
  }

  @Test("An explanation is two pictures, the raw relevance and a report that repeats it")
  func writesResults() throws {
    let command = try explain([photograph, "--model", Repository.model])
    #expect(command.status == 0, "\(command.errors)")
    #expect(results == ["castle.heatmap.png", "castle.json", "castle.overlay.png", "castle.relevance.npy"])
    #expect(command.output.contains("castle"))
    #expect(command.output.contains("features.0"), "the ledger names every layer")

    let relevance = try NumPyArray(path: folder.file("out/castle.relevance.npy"))
    #expect(relevance.shape == [3, 96, 96])
    let data = try Data(contentsOf: URL(fileURLWithPath: folder.file("out/castle.json")))
    let report = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    let model = try #require(report["model"] as? [String: Any])
    let bytes = try Data(contentsOf: URL(fileURLWithPath: Repository.model))
    #expect(model["sha256"] as? String == bytes.withUnsafeBytes { Digest.sha256($0) })
    #expect((report["rules"] as? [Any])?.isEmpty == false)
    let sum = try #require(report["relevanceSum"] as? Double)
    let total = relevance.tensor.scalars.reduce(0) { $0 + Double($1) }
    #expect(abs(sum - total) <= 1e-5 * relevance.tensor.scalars.reduce(0) { $0 + Double(abs($1)) })
  }

  @Test("The same command gives the same bytes")
  func repeats() throws {
    _ = try explain([photograph, "--model", Repository.model])
    let first = try Data(contentsOf: URL(fileURLWithPath: folder.file("out/castle.relevance.npy")))
    _ = try explain([photograph, "--model", Repository.model, "--overwrite"])
    #expect(try Data(contentsOf: URL(fileURLWithPath: folder.file("out/castle.relevance.npy"))) == first)
  }

  @Test("A class is chosen by name or by index")
  func choosesClass() throws {
    let byName = try explain([photograph, "--model", Repository.model, "--class", "zebra"])
    #expect(byName.status == 0, "\(byName.errors)")
    #expect(byName.output.contains("explained: zebra"))
  }

  @Test(
    "Bad input ends with a message that says what to do, a failing status, and no results",
    arguments: [
      (["nowhere.jpg"], "nowhere.jpg"),
      (["PHOTO", "--class", "77"], "classes 0 to 9"),
      (["PHOTO", "--class", "unicorn"], "no class of this name"),
      (["PHOTO", "--composite", "nothing"], "epsilon_gamma_box"),
      (["PHOTO", "--color-map", "nothing"], "seismic"),
      (["PHOTO", "--range", "huge"], "percentile"),
      (["PHOTO", "--size", "0"], "--size"),
      (["PHOTO", "--mean", "1,2"], "mean has 2"),
      (["PHOTO", "--device", "99"], "matches none of"),
    ])
  func refuses(_ arguments: [String], _ message: String) throws {
    let command = try explain(arguments.map { $0 == "PHOTO" ? photograph : $0 } + ["--model", Repository.model])
    #expect(command.status > 0)
    #expect(command.errors.contains(message), "\(command.errors)")
    #expect(results.isEmpty)
  }

  @Test(
    "A model file that cannot be used is named with the reason",
    arguments: [
      ("command.pth", "refuses"), ("lstm.onnx", "LSTM"), ("nan.pth", "features.3.weight: nan"),
      ("nowhere.pth", "nowhere.pth"),
    ])
  func refusesModels(_ name: String, _ message: String) throws {
    let command = try explain([photograph, "--model", Repository.fixture(name)])
    #expect(command.status > 0)
    #expect(command.errors.contains(message), "\(command.errors)")
    #expect(results.isEmpty)
  }

  @Test("Text named .jpg is no image")
  func refusesText() throws {
    let path = folder.file("text.jpg")
    try "hello".write(toFile: path, atomically: true, encoding: .utf8)
    let command = try explain([path, "--model", Repository.model])
    #expect(command.status > 0)
    #expect(command.errors.contains("text.jpg"))
  }

  @Test("Of several images the good ones are explained and the bad ones named")
  func survivesBadImage() throws {
    let command = try explain([photograph, folder.file("missing.png"), "--model", Repository.model])
    #expect(command.status > 0)
    #expect(command.errors.contains("missing.png"))
    #expect(command.errors.contains("1 of 2 images failed"))
    #expect(results.contains("castle.heatmap.png"))
  }

  @Test("A folder that cannot be written is an error before anything is computed")
  func refusesFolder() throws {
    let command = try Command(["explain", photograph, "--model", Repository.model, "--output", "/proc/results"])
    #expect(command.status > 0)
    #expect(command.errors.contains("cannot write /proc/results"))
  }

  @Test("Without a loader or a driver the message says what to install")
  func reportsNoDriver() throws {
    let noLoader = try explain(
      [photograph, "--model", Repository.model], environment: ["RELPROP_OPENCL_LIBRARY": "/nonexistent"])
    #expect(noLoader.status > 0)
    #expect(noLoader.errors.contains("ocl-icd-libopencl1"))
    let noDriver = try explain(
      [photograph, "--model", Repository.model], environment: ["OCL_ICD_VENDORS": "/nonexistent"])
    #expect(noDriver.status > 0)
    #expect(noDriver.errors.contains("pocl-opencl-icd"))
  }

  @Test("A full disk leaves nothing half-written", .enabled(if: FileManager.default.fileExists(atPath: "/bin/bash")))
  func fullDisk() throws {
    // A limit of 8 blocks of 1 KiB a file: the heatmap fits, the relevance does not.
    let executable = try #require(Command.path)
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/bash")
    process.arguments = [
      "-c", "trap '' XFSZ; ulimit -f 64; exec \"$@\"", "bash", executable, "explain", photograph, "--model",
      Repository.model, "--output", folder.file("out"),
    ]
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    process.environment = ProcessInfo.processInfo.environment.merging(["RELPROP_CACHE_DIR": folder.file("none")]) { $1 }
    try process.run()
    process.waitUntilExit()
    #expect(process.terminationStatus != 0)
    #expect(results.isEmpty, "\(results)")
  }
}
