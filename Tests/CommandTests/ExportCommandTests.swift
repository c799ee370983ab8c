import Foundation
import Imaging
import MapSupport
import OMEZarr
import RelevancePropagation
import Testing

/// `relprop export` as a user runs it.
@Suite struct ExportCommandTests {
  private func store(_ folder: TemporaryFolder, isFinished: Bool = true) throws -> String {
    try GeneratedMap(width: 700, height: 300).store(at: folder.file("map.zarr"), isFinished: isFinished).path
  }

  @Test(
    "Every kind is written beside the store unless told otherwise",
    arguments: [
      ("ome-tiff", "map.ome.tif"), ("tiff", "map.tif"), ("cog", "map.cog.tif"), ("png", "map.png"), ("npy", "map.npy"),
      ("dzi", "map-viewer"),
    ])
  func kinds(_ kind: String, _ name: String) throws {
    let folder = try TemporaryFolder()
    let store = try store(folder)
    let command = try Command(["export", store, "--to", kind])
    #expect(command.status == 0, "\(command.errors)")
    #expect(command.output.contains("\(folder.file(name)): 700 x 300 pixels"), "\(command.output)")
    #expect(folder.names == (kind == "dzi" ? [name, "map.zarr"] : [name, name + ".json", "map.zarr"]).sorted())

    let again = try Command(["export", store, "--to", kind])
    #expect(again.status > 0)
    #expect(again.errors.contains("cannot write \(folder.file(name)): it exists; remove it or choose another name"))
    #expect(try Command(["export", store, "--to", kind, "--overwrite"]).status == 0)
    let other = try Command(["export", store, "--to", kind, "--output", folder.file("other")])
    #expect(other.status == 0, "\(other.errors)")
    #expect(folder.names.contains("other"))
  }

  @Test("The colour scale that the options name stands in the output and in the file beside it")
  func scale() throws {
    let folder = try TemporaryFolder()
    let store = try store(folder)
    let command = try Command([
      "export", store, "--to", "png", "--color-map", "bwr", "--range", "0.75", "--max-size", "400",
    ])
    #expect(
      command.output.contains("350 x 150 pixels, colours bwr for relevance up to 0.75 (0.75)"), "\(command.output)")
    let text = try String(contentsOfFile: folder.file("map.png.json"), encoding: .utf8)
    #expect(text.contains("\"bound\" : 0.75"))
  }

  @Test(
    "Wrong arguments are refused with what to do, and nothing is written",
    arguments: [
      (["STORE", "--to", "jpeg"], "--to jpeg: expected one of ome-tiff, tiff, dzi, cog, png, npy"),
      (["nowhere.zarr", "--to", "png"], "nowhere.zarr: no store there; name the .zarr folder that relprop scan wrote"),
      (["STORE/0", "--to", "png"], "name the folder above it"),
      (["STORE", "--to", "png", "--max-size", "0"], "--max-size 0: expected 1 to 16384"),
      (["STORE", "--to", "tiff", "--level-factor", "3"], "--level-factor 3: expected 2, 4, 8 or 16"),
      (["STORE", "--to", "npy", "--planes", "all"], "--planes all: expected both or relevance"),
      (["STORE", "--to", "png", "--range=-3"], "expected seed, max, percentile:P or a positive number"),
      (["STORE", "--to", "png", "--output", "FOLDER/none/map.png"], "make its folder first"),
      (["STORE", "--to", "dzi", "--image", "FOLDER/none.png"], "/none.png: No such file or directory"),
    ])
  func refuses(_ arguments: [String], _ message: String) throws {
    let folder = try TemporaryFolder()
    let store = try store(folder)
    let command = try Command(
      ["export"] + arguments.map { $0.replacing("STORE", with: store).replacing("FOLDER", with: folder.path) })
    #expect(command.status > 0)
    #expect(command.errors.contains(message), "\(command.errors)")
    #expect(folder.names == ["map.zarr"])
  }

  @Test("A map that is not finished is refused")
  func unfinished() throws {
    let folder = try TemporaryFolder()
    let store = try store(folder, isFinished: false)
    let command = try Command(["export", store, "--to", "png"])
    #expect(command.status > 0)
    #expect(command.errors.contains("run relprop finish \(store)"), "\(command.errors)")
  }

  @Test("An image of another size is no image of the map")
  func otherImage() throws {
    let folder = try TemporaryFolder()
    let store = try store(folder)
    try Picture(width: 60, height: 60).write(to: folder.file("small.png"))
    let command = try Command(["export", store, "--to", "dzi", "--image", folder.file("small.png")])
    #expect(command.status > 0)
    #expect(command.errors.contains("60 × 60 pixels do not hold the map's 700 × 300"), "\(command.errors)")
    #expect(folder.names == ["map.zarr", "small.png"])
    // "none" asks for no image.
    let without = try Command(["export", store, "--to", "dzi", "--image", "none"])
    #expect(without.status == 0)
    #expect(without.output.contains("image: none: not wanted"))
  }
}
