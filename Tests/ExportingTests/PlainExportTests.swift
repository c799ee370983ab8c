import Exporting
import Foundation
import Imaging
import MapSupport
import OMEZarr
import RelevancePropagation
import Testing

/// Pictures and arrays; what is beside them; what is refused and what is left of it.
@Suite struct PlainExportTests {
  @Test("An array holds both planes, and takes no room where nothing was computed")
  func array() throws {
    let map = try MapFixture(width: 1300, height: 3000)
    try map.exporter().export(.npy, to: map.file("m.npy"))
    let array = try NumPyArray(path: map.file("m.npy"))
    #expect(array.shape == [2, 3000, 1300])
    let expected = try map.values(.relevance, level: 0) + map.values(.coverage, level: 0)
    #expect(array.elements == .float32(expected))
    var status = stat()
    #expect(stat(map.file("m.npy"), &status) == 0)
    #expect(
      Int(status.st_blocks) * 512 < Int(status.st_size) / 2, "\(status.st_blocks) blocks of \(status.st_size) bytes")
  }

  @Test("Relevance alone is an array of two dimensions")
  func relevanceAlone() throws {
    let map = try MapFixture(width: 700, height: 30)
    try map.exporter(ExportOptions(planes: [.relevance])).export(.npy, to: map.file("m.npy"))
    let array = try NumPyArray(path: map.file("m.npy"))
    #expect(array.shape == [30, 700])
    #expect(try array.elements == .float32(map.values(.relevance, level: 0)))
  }

  @Test(
    "A picture is the largest level that fits, or a smaller one still",
    arguments: [(2000, 0), (1299, 1), (325, 2), (100, 4), (1, 11)])
  func picture(_ limit: Int, _ level: Int) throws {
    let map = try MapFixture()
    let record = try map.exporter(ExportOptions(colors: .seed, normalization: .maximum, maxSize: limit))
      .export(.png, to: map.file("m.png"))
    let photograph = try Photograph(path: map.file("m.png"))
    #expect(photograph.width == 1299 >> level + 1)
    #expect(photograph.height == 1099 >> level + 1)
    #expect(record.levels == [[photograph.width, photograph.height]])
    guard level < map.store.levels.count else { return }
    let heatmap = try Heatmap(
      Tensor(shape: [photograph.height, photograph.width], scalars: map.values(.relevance, level: level)))
    #expect(photograph.pixels == heatmap.picture(.seed, bound: record.colors!.bound).pixels)
    #expect(record.colors!.bound == map.store.statistics!.maximum)
  }

  @Test("The file beside it says what it shows and where it comes from", arguments: ExportKind.allCases)
  func record(_ kind: ExportKind) throws {
    let map = try MapFixture(provenance: ["class": "castle"])
    try map.exporter(ExportOptions(normalization: .fixed(0.5), tool: "relprop test")).export(kind, to: map.file("m"))
    let data = try Data(contentsOf: URL(fileURLWithPath: MapExporter.recordPath(of: map.file("m"), kind)))
    let record = try JSONDecoder().decode(ExportRecord.self, from: data)
    #expect(record.tool == "relprop test" && record.kind == kind.rawValue && record.store == map.store.path)
    #expect(record.provenance == map.store.provenance)
    #expect(record.statistics == map.store.statistics)
    #expect((record.colors != nil) == kind.isColored)
    if let colors = record.colors {
      #expect([colors.range, colors.colorMap] == ["0.5", "seismic"] && colors.bound == 0.5)
    }
  }

  @Test("What is there is not replaced unasked", arguments: ExportKind.allCases)
  func taken(_ kind: ExportKind) throws {
    let map = try MapFixture(width: 600, height: 40)
    let exporter = try map.exporter()
    try exporter.export(kind, to: map.file("m"))
    let error = #expect(throws: FileWriteError.self) { try exporter.export(kind, to: map.file("m")) }
    #expect(error?.description.contains("it exists; remove it or choose another name") == true)
    try exporter.export(kind, to: map.file("m"), replacing: true)
    #expect(map.folder.names().filter { $0.hasPrefix(".") } == [])
  }

  @Test("A folder of other things is not replaced even when asked")
  func foreignFolder() throws {
    let map = try MapFixture(width: 600, height: 40)
    try FileManager.default.createDirectory(atPath: map.file("mine"), withIntermediateDirectories: false)
    try map.folder.write("thesis", to: "mine/thesis.txt")
    let exporter = try map.exporter()
    let error = #expect(throws: FileWriteError.self) {
      try exporter.export(.dzi, to: map.file("mine"), replacing: true)
    }
    #expect(error?.description.contains("it exists and is no earlier export") == true)
    #expect(map.folder.names("mine") == ["thesis.txt"])
  }

  @Test("A map that is not finished is refused, with the command that finishes it")
  func unfinished() throws {
    let folder = try TestFolder()
    let store = try GeneratedMap(width: 20, height: 20).store(at: folder.file("m.zarr"), isFinished: false)
    let error = #expect(throws: ExportError.self) { try MapExporter(store, ExportOptions()) }
    #expect(error?.description.contains("run relprop finish \(store.path)") == true)
  }

  @Test("Stopped or met by damage, an export leaves nothing", arguments: ExportKind.allCases)
  func nothingLeft(_ kind: ExportKind) throws {
    struct Stopped: Error {}
    let map = try MapFixture()
    let exporter = try map.exporter()
    if kind != .png {
      #expect(throws: Stopped.self) { try exporter.export(kind, to: map.file("m")) { _ in throw Stopped() } }
    }
    // The first level that a picture of at most 4096 pixels shows is the largest.
    try map.folder.write("damage", to: "m.zarr/0/0/0/1")
    let error = #expect(throws: ZarrError.self) { try exporter.export(kind, to: map.file("m")) }
    #expect(error?.description.contains("0/0/0/1: a chunk of 512 × 512 values was expected") == true)
    #expect(map.folder.names() == ["m.zarr"])
  }

  @Test("A full disk is an error that says so, and nothing is left on it", arguments: ExportKind.allCases)
  func fullDisk(_ kind: ExportKind) throws {
    let map = try MapFixture()
    guard let disk = SmallDisk(kibibytes: 96, at: map.file("disk")) else { return }
    let error = #expect(throws: FileWriteError.self) { try map.exporter().export(kind, to: disk.path + "/m") }
    let text = error?.description ?? ""
    #expect(text.contains("cannot write \(disk.path)/m"), "\(text)")
    #expect(text.contains("No space left on device; free some space or choose another disk"), "\(text)")
    #expect(map.folder.names("disk") == [])
  }
}
