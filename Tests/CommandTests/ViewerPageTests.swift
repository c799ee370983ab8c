import Foundation
import Imaging
import MapSupport
import OMEZarr
import Scenes
import Testing

/// The page of `relprop export --to dzi`, in a browser.
@Suite(.serialized) struct ViewerPageTests {
  /// A scene with a map of it: relevance where the subject's brightness changes, a little against it elsewhere, no window
  /// at the lower border.
  private struct SceneMap {
    static let size = 1400
    static let covered = 1300
    let folder: TemporaryFolder
    let page: String

    init(withImage: Bool = true, arguments: [String] = []) throws {
      folder = try TemporaryFolder()
      let scene = try Scene(of: .castle, seed: 3, size: Self.size)
      let picture = Picture(width: scene.size, height: scene.size, pixels: scene.image)
      if withImage { try picture.write(to: folder.file("castle.png")) }
      let store = try Store.create(
        at: folder.file("castle.zarr"), width: Self.size, height: Self.size,
        provenance: Provenance([
          "image": .string(folder.file("castle.png")), "class": "castle", "model": "vgg16-scenes.safetensors",
          "micronsPerPixel": 0.5, "roi": [0, 0, .integer(Self.size), .integer(Self.size)],
          "levelSize": [.integer(Self.size), .integer(Self.size)], "stride": [24, 24], "window": [96, 96],
        ]))
      let (relevance, coverage) = Self.map(scene)
      for top in stride(from: 0, to: Self.size, by: Store.chunkSide) {
        let rows = min(Store.chunkSide, Self.size - top)
        let range = top * Self.size..<(top + rows) * Self.size
        try store.write(
          relevance: Array(relevance[range]), coverage: Array(coverage[range]), x: 0, y: top, width: Self.size,
          height: rows)
      }
      try store.finish()
      let command = try Command(["export", store.path, "--to", "dzi"] + arguments)
      #expect(command.status == 0, "\(command.errors)")
      page = folder.file("castle-viewer/index.html")
    }

    private static func map(_ scene: Scene) -> (relevance: [Float], coverage: [Float]) {
      var relevance = [Float](repeating: 0, count: size * size)
      var coverage = relevance
      func luma(_ index: Int) -> Float {
        Float(scene.image[3 * index]) + Float(scene.image[3 * index + 1]) + Float(scene.image[3 * index + 2])
      }
      for y in 1..<covered {
        for x in 1..<size - 1 {
          let index = y * size + x
          let change = abs(luma(index + 1) - luma(index - 1)) + abs(luma(index + size) - luma(index - size))
          relevance[index] = (scene.mask[index] > 0 ? 1 : -0.15) * min(change / 200, 2)
          coverage[index] = 16
        }
      }
      return (relevance, coverage)
    }
  }

  /// Keeps a screenshot where the tester asks for it.
  private func keep(_ picture: Photograph, _ name: String) throws {
    guard let folder = ProcessInfo.processInfo.environment["RELPROP_SCREENSHOTS"] else { return }
    try Picture(picture).write(to: folder + "/" + name)
  }

  private func rgb(_ photograph: Photograph, _ x: Int, _ y: Int) -> [UInt8] {
    let first = 3 * (y * photograph.width + x)
    return Array(photograph.pixels[first..<first + 3])
  }

  /// How far from grey the most colourful hundredth of the pixels in the middle of the window is, 0 … 255.
  private func colourfulness(_ photograph: Photograph) -> Double {
    var spreads: [Int] = []
    for y in stride(from: 100, to: Browser.height - 100, by: 2) {
      for x in stride(from: 300, to: Browser.width - 400, by: 2) {
        let pixel = rgb(photograph, x, y)
        spreads.append(Int(pixel.max()!) - Int(pixel.min()!))
      }
    }
    let top = spreads.sorted().suffix(spreads.count / 100)
    return Double(top.reduce(0, +)) / Double(top.count)
  }

  @Test("The page opens from the disk, and the slider fades the heatmap out", .enabled(if: Browser.isThere))
  func slider() throws {
    let map = try SceneMap()
    let browser = try Browser()
    try browser.show(file: map.page)
    let full = try browser.screenshot()
    try keep(full, "full.png")
    #expect(colourfulness(full) > 60, "\(colourfulness(full))")

    // The slider's thumb, at its right end, to a quarter of its length, by mouse.
    let box = try browser.evaluate(
      "(r => [r.left, r.right, r.top, r.bottom])(document.getElementById('opacity').getBoundingClientRect())")
    let edges = (box.array ?? []).compactMap(\.number)
    try #require(edges.count == 4)
    let y = (edges[2] + edges[3]) / 2
    try browser.drag(from: (edges[1] - 8, y), to: (edges[0] + 0.25 * (edges[1] - edges[0]), y))
    let opacity = try #require(Int(try browser.evaluate("document.getElementById('opacity').value").string ?? ""))
    #expect((20...30).contains(opacity))
    try browser.waitUntilReady()
    let faded = try browser.screenshot()
    try keep(faded, "faded.png")
    #expect(colourfulness(faded) < 0.6 * colourfulness(full))

    try browser.key("h")
    try browser.waitUntilReady()
    let none = try browser.screenshot()
    #expect(colourfulness(none) < 4, "the image alone is grey: \(colourfulness(none))")
    try browser.key("g")
    try browser.waitUntilReady()
    #expect(colourfulness(try browser.screenshot()) > 10, "and in its colours when asked")

    #expect(browser.requests.count > 5)
    #expect(browser.requests.allSatisfy { $0.hasPrefix("file:") || $0.hasPrefix("data:") }, "\(browser.requests)")
  }

  @Test("Mouse, wheel, keys and fingers move and zoom", .enabled(if: Browser.isThere))
  func moves() throws {
    let map = try SceneMap()
    let browser = try Browser()
    try browser.show(file: map.page)
    // x, y, scale, opacity.
    func place() throws -> [Double] {
      try browser.waitUntilReady()
      let text = try browser.evaluate("location.hash").string ?? ""
      return text.dropFirst().split(separator: ",").compactMap { Double($0) }
    }
    let start = try place()
    #expect(start.count == 4 && start[0] == 700 && start[1] == 700)
    // The pixel under the pointer stays there.
    let (x, y) = (500.0, 300.0)
    func under(_ place: [Double]) -> [Double] {
      [place[0] + (x - Double(Browser.width) / 2) / place[2], place[1] + (y - Double(Browser.height) / 2) / place[2]]
    }
    try browser.wheel(x, y, by: -600)
    let zoomed = try place()
    #expect(zoomed[2] > 2 * start[2])
    #expect(zip(under(start), under(zoomed)).allSatisfy { abs($0 - $1) < 0.5 })

    try browser.drag(from: (600, 400), to: (700, 350))
    let moved = try place()
    #expect(abs(moved[0] - (zoomed[0] - 100 / zoomed[2])) < 0.2 && abs(moved[1] - (zoomed[1] + 50 / zoomed[2])) < 0.2)

    try browser.key("ArrowRight")
    #expect(try place()[0] > moved[0])
    try browser.key("+")
    #expect(try place()[2] > moved[2])
    try browser.key("0")
    #expect(try place() == start)

    try browser.touch("touchStart", [(500, 400), (600, 400)])
    for step in 1...4 {
      try browser.touch("touchMove", [(500 - 25 * Double(step), 400), (600 + 25 * Double(step), 400)])
    }
    try browser.touch("touchEnd", [])
    // Fingers three times as far apart.
    #expect(abs(try place()[2] / start[2] - 3) < 0.05)
    try keep(try browser.screenshot(), "zoomed.png")
  }

  @Test("Without the image the page shows the map in the legend's colours", .enabled(if: Browser.isThere))
  func heatmapAlone() throws {
    let map = try SceneMap(withImage: false, arguments: ["--range", "max", "--color-map", "bwr"])
    let browser = try Browser()
    try browser.show(file: map.page)
    let picture = try browser.screenshot()
    try keep(picture, "alone.png")
    #expect(try browser.evaluate("document.getElementById('imagerow').hidden") == .bool(true))
    // A pixel of the sky, where there is no relevance: bwr's white.
    let sky = rgb(picture, 400, 100)
    #expect(sky.allSatisfy { $0 > 235 }, "\(sky)")
  }
}
