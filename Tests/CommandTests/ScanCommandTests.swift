import Foundation
import Imaging
import MapSupport
import OMEZarr
import Scanning
import Scenes
import Testing

@testable import relprop

/// `relprop scan` on a mosaic of scenes, as a user runs it.
@Suite struct ScanCommandTests {
  private let folder: TemporaryFolder
  private var image: String { folder.file("mosaic.png") }
  /// The mosaic three times, one below the other: four strips.
  private var tall: String { folder.file("tall.png") }

  /// 610 × 560 pixels of grey with five scenes: two strips, two columns of chunks.
  init() throws {
    folder = try TemporaryFolder()
    let width = 610
    var pixels = [UInt8](repeating: 200, count: 3 * width * 560)
    for (number, corner) in [(10, 20), (300, 200), (70, 440), (470, 430), (505, 7)].enumerated() {
      let scene = try Scene(of: SceneClass.allCases[number], seed: 3)
      let row = 3 * scene.size
      for y in 0..<scene.size {
        let first = 3 * ((corner.1 + y) * width + corner.0)
        pixels.replaceSubrange(first..<first + row, with: scene.image[y * row..<(y + 1) * row])
      }
    }
    try Picture(width: width, height: 560, pixels: pixels).write(to: image)
    try Picture(width: width, height: 3 * 560, pixels: pixels + pixels + pixels).write(to: tall)
  }

  private func scan(_ output: String, _ arguments: [String] = []) throws -> Command {
    try Command(
      ["scan", image, "--model", Repository.model, "--output", folder.file(output), "--stride", "48"] + arguments)
  }

  /// A scan of the tall mosaic, all of its 918 windows computed: one by one that is seconds of work, of which most is left
  /// when a busy machine has seen that `marker` is there and `whileRunning` is called.
  private func longScan(
    _ output: String, _ arguments: [String] = [], after marker: String? = nil,
    whileRunning: (Process) throws -> Void = { _ in }
  ) throws -> Command {
    try Command(
      ["scan", tall, "--model", Repository.model, "--output", folder.file(output), "--stride", "32"]
        + ["--constant", "compute"] + arguments
    ) { process in
      let path = marker.map { folder.file("\(output)/.scan/\($0)") }
      while let path, process.isRunning, !FileManager.default.fileExists(atPath: path) { usleep(2000) }
      try whileRunning(process)
    }
  }

  /// Map, pyramid and windows; not who made them when.
  private func contents(_ map: String) throws -> [String: Data] {
    let root = folder.file(map)
    let names = FileManager.default.enumerator(atPath: root)?.compactMap { $0 as? String } ?? []
    var result: [String: Data] = [:]
    for name in names where !name.hasPrefix(".scan") && name != ".zattrs" {
      result[name] = FileManager.default.contents(atPath: root + "/" + name)
    }
    return result
  }

  @Test("A map sums to what its windows say, each with class, score and ledger")
  func map() throws {
    let command = try scan("a.zarr")
    #expect(command.status == 0, "\(command.errors)")
    #expect(command.output.contains("windows  132: 11 x 12 of 96x96, stride 48x48, edges flush, sum"))
    let store = try Store(path: folder.file("a.zarr"))
    #expect(store.width == 610 && store.height == 560 && store.isFinished)
    let windows = try WindowTable.read(folder.file("a.zarr/windows.csv"))
    #expect(windows.count == 132)
    #expect(windows.map { [$0.y, $0.x] } == windows.map { [$0.y, $0.x] }.sorted { $0.lexicographicallyPrecedes($1) })
    #expect(windows.contains { $0.state == .constant } && windows.contains { $0.state == .explained })
    let statistics = try #require(store.statistics)
    let sum = windows.reduce(0) { $0 + ($1.numbers?.relevance ?? 0) }
    let magnitude = windows.reduce(0) { $0 + abs($1.numbers?.relevance ?? 0) }
    #expect(abs(statistics.sum - sum) < 1e-5 * magnitude)
    #expect(statistics.covered == 610 * 560)
    let totals = try #require(store.provenance["totals"])
    #expect(totals["windows.explained"]?.integer == windows.count { $0.state == .explained })
    let (scores, gap) = (try #require(totals["scores"]?.number), try #require(totals["gap"]?.number))
    #expect(abs(gap) < 1e-5 * scores)
  }

  @Test("Batches, narrow strips and shards in any order give the same bytes")
  func sameBytes() throws {
    #expect(try scan("one.zarr").status == 0)
    let one = try contents("one.zarr")
    #expect(one.count > 8)

    #expect(try scan("narrow.zarr", ["--batch", "5", "--widest-strip", "1", "--constant", "compute"]).status == 0)
    let narrow = try contents("narrow.zarr")
    // The table tells which windows were taken from others of their colour.
    #expect(narrow.filter { $0.key != "windows.csv" } == one.filter { $0.key != "windows.csv" })

    for shard in [3, 0, 2, 1] {
      let part = try scan("shards.zarr", ["--shard", "\(shard)/4"])
      #expect(part.status == 0, "\(part.errors)")
      guard shard == 3 else { continue }
      let status = try Command(["status", folder.file("shards.zarr")])
      #expect(status.status == 1 && status.output.contains("sbatch --array=0,1,2"), "\(status.output)")
      let early = try Command(["finish", folder.file("shards.zarr")])
      #expect(early.status == 1 && early.errors.contains("missing"))
    }
    #expect(try Command(["finish", folder.file("shards.zarr")]).status == 0)
    #expect(try contents("shards.zarr") == one)
    #expect(try Command(["status", folder.file("shards.zarr")]).output.hasSuffix("finished\n"))
  }

  @Test("A scan that was killed is gone on with, to the same bytes")
  func killed() throws {
    let killed = try longScan("killed.zarr", ["--batch", "1"], after: "strips/0.0-1.done") {
      kill($0.processIdentifier, SIGKILL)
    }
    #expect(killed.status == -SIGKILL, "\(killed.errors)")
    #expect(try Command(["status", folder.file("killed.zarr")]).status == 1)
    #expect(try longScan("killed.zarr").errors.contains("--resume goes on"))
    #expect(try longScan("killed.zarr", ["--resume"]).status == 0)
    let whole = try longScan("one.zarr")
    #expect(whole.status == 0 && whole.output.contains("windows  918: "), "\(whole.output) \(whole.errors)")
    let (other, one) = (try contents("killed.zarr"), try contents("one.zarr"))
    #expect(other == one, "\(Set(other.keys).union(one.keys).filter { other[$0] != one[$0] }.sorted())")
  }

  @Test("SIGTERM ends after the batch in work, with a map that can be gone on with")
  func stops() throws {
    let stopped = try longScan("stopped.zarr", ["--batch", "1"], after: "strips/0.0-1.done") { $0.terminate() }
    #expect(stopped.status == 128 + SIGTERM, "\(stopped.errors)")
    #expect(try Command(["status", folder.file("stopped.zarr")]).status == 1)
    #expect(try longScan("stopped.zarr", ["--resume"]).status == 0)
  }

  @Test("A second process on the same map is refused while the first works")
  func locks() throws {
    var second: Command?
    let first = try longScan("locked.zarr", ["--batch", "1"], after: "lock") { _ in
      second = try longScan("locked.zarr", ["--resume"])
    }
    #expect(first.status == 0)
    #expect(second?.status == 1 && second?.errors.contains("another process") == true, "\(second?.errors ?? "")")
  }

  @Test(
    "Bad input ends with a message that says what to do, and no map",
    arguments: [
      (["--stride", "0"], "stride 0"), (["--stride", "97"], "larger than the window"),
      (["--roi", "0,0,90,200"], "edges pad"), (["--roi", "600,0,96,96"], "outside the image of 610"),
      (["--roi", "1,2"], "x,y,width,height"), (["--class", "unicorn"], "no class of this name"),
      (["--level", "0", "--mpp", "1"], "exclude"), (["--mask-share", "2"], "0 to 1"),
      (["--shard", "4/4"], "parts count from 0"), (["--save-mask", "m.png"], "--mask or --tissue"),
    ])
  func refuses(_ arguments: [String], _ message: String) throws {
    let command = try scan("bad.zarr", arguments)
    #expect(command.status > 0)
    #expect(command.errors.contains(message), "\(command.errors)")
    #expect(!FileManager.default.fileExists(atPath: folder.file("bad.zarr")))
  }

  @Test("A map is gone on with under its own settings only, and never overwritten unless asked for")
  func keepsMaps() throws {
    let region = ["--roi", "0,0,200,150"]
    #expect(try scan("kept.zarr", region).status == 0)
    #expect(try scan("kept.zarr", region).errors.contains("--overwrite"))
    let other = try scan("kept.zarr", region + ["--stride", "40", "--resume"])
    #expect(other.status == 1 && other.errors.contains("stride is [40,40], there it is [48,48]"), "\(other.errors)")
    #expect(try scan("kept.zarr", region + ["--stride", "40", "--overwrite"]).status == 0)
    let stranger = folder.file("stranger.zarr")
    try FileManager.default.createDirectory(atPath: stranger, withIntermediateDirectories: true)
    #expect(try scan("stranger.zarr", ["--overwrite"]).status == 1)
    #expect(FileManager.default.fileExists(atPath: stranger))
  }

  @Test("A full disk ends the scan with a clear error; what is there can be gone on with elsewhere")
  func fullDisk() throws {
    guard let disk = SmallDisk(kibibytes: 300, at: folder.file("disk")) else { return }
    defer { withExtendedLifetime(disk) {} }
    let command = try scan("disk/full.zarr")
    #expect(command.status == 1)
    #expect(command.errors.contains("full.zarr/0/"), "\(command.errors)")
    #expect(command.errors.contains("No space left"), "\(command.errors)")
    #expect(try Store(path: folder.file("disk/full.zarr")).isFinished == false)
  }

  @Test("The direct approach says how far it is from windows, and refuses what it cannot do")
  func direct() throws {
    func direct(_ arguments: [String]) throws -> Command {
      try Command(
        ["scan", image, "--model", Repository.model, "--mode", "direct", "--roi", "200,150,250,200", "--output"]
          + [folder.file("direct.zarr")] + arguments)
    }
    let seed = try direct([])
    #expect(seed.status == 1 && seed.errors.contains("use a composite without such a statistic"), "\(seed.errors)")
    let stride = try direct(["--stride", "8"])
    #expect(stride.status > 0 && stride.errors.contains("no windows"), "\(stride.errors)")
    let tiles = try direct(["--composite", "epsilon_plus", "--tile", "2"])
    #expect(tiles.status == 0, "\(tiles.errors)")
    #expect(tiles.output.contains("direct   4x5 output positions, tiles of 2x2"), "\(tiles.output)")
    #expect(tiles.output.contains("relevance: cosine "))
    let sum = try #require(try Store(path: folder.file("direct.zarr")).statistics).sum
    let other = try direct(["--composite", "epsilon_plus", "--tile", "3", "--resume"])
    #expect(other.errors.contains("tile is [3,3], there it is [2,2]"), "\(other.errors)")
    #expect(try direct(["--composite", "epsilon_plus", "--tile", "3", "--overwrite"]).status == 0)
    let again = try #require(try Store(path: folder.file("direct.zarr")).statistics).sum
    #expect(abs(again - sum) < 1e-4 * abs(sum))
  }

  @Test("relprop plan tells windows, memory, disk and time of a scan")
  func plans() throws {
    let command = try Command(["plan", image, "--model", Repository.model, "--stride", "24"])
    #expect(command.status == 0, "\(command.errors)")
    for word in ["483 windows", "memory", "disk", "windows/s, measured now"] { #expect(command.output.contains(word)) }
    let json = try Command(["plan", image, "--model", Repository.model, "--json"])
    let object = try #require(try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any])
    #expect(object["windows"] as? Int == 483)
    #expect(try #require(object["secondsPerWindow"] as? Double) > 0)
  }
}
