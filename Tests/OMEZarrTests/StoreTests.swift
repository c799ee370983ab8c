import Foundation
import MapSupport
import OMEZarr
import RelevancePropagation
import Testing

/// Stores: what is in them, and what is refused.
@Suite struct StoreTests {
  let folder: TestFolder

  init() throws { folder = try TestFolder() }

  private func attributes(_ store: Store) throws -> JSONValue {
    try JSONDecoder().decode(JSONValue.self, from: folder.bytes("m.zarr/.zattrs"))
  }

  @Test("A new store is open for writing, and finished only by finish")
  func life() throws {
    let map = GeneratedMap(width: 1100, height: 600)
    let store = try map.store(at: folder.file("m.zarr"), provenance: ["stride": [48, 48]], isFinished: false)
    #expect((store.width, store.height, store.levels.count) == (1100, 600, 1))
    #expect(!store.isFinished)
    #expect(folder.names("m.zarr") == [".zattrs", ".zgroup", "0"])

    let finished = try store.finish(adding: ["totals": ["windows": 12]])
    #expect(finished.levels.map { [$0.height, $0.width] } == [[600, 1100], [300, 550], [150, 275]])
    #expect(folder.names("m.zarr") == [".zattrs", ".zgroup", "0", "1", "2"])
    #expect(finished.provenance["stride"] == [48, 48])
    #expect(finished.provenance["totals"]?["windows"] == 12)
    #expect(finished.statistics?.pixels == 660_000)
    #expect(try Store(path: store.path).statistics == finished.statistics)
  }

  @Test("Attributes place every level where the explained part of the image lies, in micrometres")
  func multiscales() throws {
    let store = try GeneratedMap(width: 600, height: 40).store(
      at: folder.file("m.zarr"),
      provenance: ["roi": [100, 200, 600, 40], "micronsPerPixel": 0.5, "image": "/images/slide.svs"])
    #expect(store.provenance.image == "/images/slide.svs")
    let image = try #require(try attributes(store)["multiscales"]?.array?.first)
    #expect(image["version"] == "0.4")
    #expect(
      image["axes"] == [
        ["name": "c", "type": "channel"], ["name": "y", "type": "space", "unit": "micrometer"],
        ["name": "x", "type": "space", "unit": "micrometer"],
      ])
    let datasets = try #require(image["datasets"]?.array)
    #expect(datasets.map { $0["path"] } == ["0", "1"])
    // A pixel of level 1 has its centre half a pixel right of and below that of level 0.
    #expect(
      datasets[0]["coordinateTransformations"]?.array?[1] == ["type": "translation", "translation": [0, 100, 50]])
    #expect(
      datasets[1]["coordinateTransformations"] == [
        ["type": "scale", "scale": [1, 1, 1]], ["type": "translation", "translation": [0, 100.25, 50.25]],
      ])
  }

  @Test("The window of relevance is symmetric, and no wider than the relevance there is")
  func omero() throws {
    let store = try GeneratedMap(width: 600, height: 300).store(at: folder.file("m.zarr"))
    let statistics = try #require(store.statistics)
    let window = try #require(try attributes(store)["omero"]?["channels"]?.array?[0]["window"])
    #expect(window["start"]?.number == -statistics.seedBound)
    #expect(window["end"]?.number == statistics.seedBound)
    #expect(window["max"]?.number == max(statistics.maximum, statistics.seedBound))
    #expect(store.provenance["colorScale"]?["bound"]?.number == statistics.seedBound)
  }

  @Test("finish again gives the same bytes, without what stopped and killed ones left")
  func finishAgain() throws {
    let map = GeneratedMap(width: 1100, height: 600)
    let store = try map.store(at: folder.file("m.zarr"))
    func files() throws -> [String: Data] {
      let names = FileManager.default.enumerator(atPath: store.path)!.compactMap { $0 as? String }
      return try Dictionary(
        uniqueKeysWithValues: names.compactMap { name in
          var isFolder: ObjCBool = false
          _ = FileManager.default.fileExists(atPath: store.path + "/" + name, isDirectory: &isFolder)
          return isFolder.boolValue ? nil : (name, try folder.bytes("m.zarr/" + name))
        })
    }
    let before = try files()
    try FileManager.default.createDirectory(
      atPath: store.path + "/.pyramid/1/0/0", withIntermediateDirectories: true)
    try folder.write("rubbish", to: "m.zarr/1/0/0/1")
    try folder.write("half a chunk", to: "m.zarr/0/0/1/.0.1x6cgk3v2m0qp")
    try folder.write("half a table", to: "m.zarr/.windows.csv.3vjc9s81abcde")
    #expect(try Store(path: store.path).finish().statistics == store.statistics)
    #expect(try files() == before)
  }

  @Test("A finish that is stopped leaves a store that is not finished, and can be")
  func stoppedFinish() throws {
    struct Stopped: Error {}
    let map = GeneratedMap(width: 1100, height: 600)
    let store = try map.store(at: folder.file("m.zarr"))
    #expect(throws: Stopped.self) { try store.finish { _ in throw Stopped() } }
    let left = try Store(path: store.path)
    #expect(!left.isFinished)
    #expect(left.levels.count == 1)
    #expect(try left.finish().statistics == store.statistics)
  }

  @Test("Keys that others put into .zattrs stay")
  func foreignKeys() throws {
    let store = try GeneratedMap(width: 20, height: 20).store(at: folder.file("m.zarr"), isFinished: false)
    let text = String(decoding: try folder.bytes("m.zarr/.zattrs"), as: UTF8.self)
    try folder.write("{\"napari\": [1, {\"a\": null}]," + text.dropFirst(), to: "m.zarr/.zattrs")
    try store.finish()
    #expect(try attributes(store)["napari"] == [1, ["a": nil]])
  }

  @Test("A place that is taken is refused, and left as it is")
  func taken() throws {
    try folder.write("mine", to: "m.zarr")
    let error = #expect(throws: FileWriteError.self) {
      try Store.create(at: folder.file("m.zarr"), width: 10, height: 10, provenance: Provenance())
    }
    #expect(error?.description.contains("it exists; remove it or choose another name") == true)
    #expect(folder.names() == ["m.zarr"])
    #expect(try folder.bytes("m.zarr") == Data("mine".utf8))
  }

  @Test(
    "What is no store is refused, with what to do",
    arguments: [
      ("nowhere", "no store there; name the .zarr folder that relprop scan wrote"),
      ("file", "a file; a store is a folder"),
      ("empty", "no store: expected .zgroup in it"), ("v3", "expected Zarr version 2, found version 3"),
      ("m.zarr/0", "found one of its arrays; name the folder above it"),
    ])
  func noStore(_ name: String, _ message: String) throws {
    _ = try GeneratedMap(width: 20, height: 20).store(at: folder.file("m.zarr"))
    try folder.write("", to: "file")
    for name in ["empty", "v3"] {
      try FileManager.default.createDirectory(atPath: folder.file(name), withIntermediateDirectories: false)
    }
    try folder.write("{}", to: "v3/zarr.json")
    let error = #expect(throws: ZarrError.self) { try Store(path: folder.file(name)) }
    #expect(error?.description.contains(message) == true, "\(error as Any)")
  }

  @Test(
    "Damaged attributes are refused",
    arguments: [
      ("{", "it is no JSON object"), ("{}", "expected \"relprop\" in .zattrs, found none"),
      ("{\"relprop\": {}}", "expected multiscales"),
      ("{\"relprop\": {}, \"multiscales\": [{\"datasets\": [{\"path\": \"../../etc\"}]}]}", "expected multiscales"),
      (
        "{\"relprop\": {}, \"multiscales\": [{\"datasets\": [{\"path\": \"0\"}, {\"path\": \"0\"}]}]}",
        "expected shape [2, 10, 10]"
      ),
      (
        "{\"relprop\": {}, \"multiscales\": [{\"datasets\": [{\"path\": \"0\"}, {\"path\": \"1\"}]}]}",
        "1/.zarray: no such file"
      ),
      (
        "{\"relprop\": {\"statistics\": 3}, \"multiscales\": [{\"datasets\": [{\"path\": \"0\"}]}]}",
        "\"statistics\" in .zattrs is damaged"
      ),
    ])
  func damaged(_ text: String, _ message: String) throws {
    _ = try GeneratedMap(width: 20, height: 20).store(at: folder.file("m.zarr"))
    try folder.write(text, to: "m.zarr/.zattrs")
    let error = #expect(throws: ZarrError.self) { try Store(path: folder.file("m.zarr")) }
    #expect(error?.description.contains(message) == true, "\(error as Any)")
  }
}
