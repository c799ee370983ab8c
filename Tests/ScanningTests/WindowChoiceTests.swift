import RelevancePropagation
import Testing

@testable import Scanning

/// Which windows are explained, repeated or left out, and what is said of them.
@Suite struct WindowChoiceTests {
  private static let image = TestImage(width: 33, height: 29, seed: 25)

  private static func run(
    _ image: TestImage, _ edges: WindowGrid.Edges = .drop, constantWindows: ConstantWindows = .compute, chunk: Int = 9,
    run: ScanRun = ScanRun()
  ) throws -> (map: MapArray.Contents, outcome: ScanOutcome, grid: WindowGrid) {
    let grid = try WindowGrid(image: image.extent, window: Extent(8, 6), stride: Extent(4, 3), edges: edges)
    let scan = try Scan(
      WindowNetwork.explainer(batch: 4), grid: grid, normalization: PixelNormalization(WindowNetwork.preprocessing),
      settings: ScanSettings(target: .fixed(2), constantWindows: constantWindows, chunk: chunk))
    let sink = MapSink(grid.extent)
    let outcome = try scan.run(from: image, to: sink, run)
    return (sink.map, outcome, grid)
  }

  @Test("windows that a mask does not want are left out of relevance and coverage; strips without windows are not read")
  func mask() throws {
    // Asked in pixels of the image.
    let wanted = PixelRectangle(x: 10, y: 12, width: 9, height: 3)
    let found = try Self.run(Self.image, run: ScanRun(isWanted: { $0.intersects(wanted) }))
    func isWanted(_ y: Int, _ x: Int) -> Bool { PixelRectangle(x: x, y: y, width: 6, height: 8).intersects(wanted) }
    let expected = try ByHand(
      Self.image, found.grid, explainer: WindowNetwork.explainer(batch: 1), isExplained: isWanted)
    #expect(found.map.bits == expected.bits)
    for window in found.map.windows {
      #expect(window.state == (isWanted(window.y, window.x) ? .explained : .masked))
      #expect((window.numbers == nil) == (window.state == .masked))
    }
    #expect(found.outcome.totals.windows[.masked]! + found.outcome.totals.windows[.explained]! == found.grid.count)

    let image = TestImage(width: 33, height: 29, pixels: Self.image.pixels)
    let none = try Self.run(image, run: ScanRun(isWanted: { _ in false }))
    #expect(image.read.isEmpty && none.map.planes.allSatisfy { $0 == 0 } && none.outcome.isComplete)
  }

  @Test("windows with unreadable pixels are left out, told, and the run goes on")
  func unreadable() throws {
    let broken = [PixelRectangle(x: 8, y: 10, width: 4, height: 4), PixelRectangle(x: 30, y: 26, width: 3, height: 3)]
    let image = TestImage(width: 33, height: 29, pixels: Self.image.pixels, unreadable: broken)
    let found = try Self.run(image)
    func isLost(_ y: Int, _ x: Int) -> Bool {
      broken.contains { $0.intersects(PixelRectangle(x: x, y: y, width: 6, height: 8)) }
    }
    let expected = try ByHand(
      Self.image, found.grid, explainer: WindowNetwork.explainer(batch: 1), isExplained: { !isLost($0, $1) })
    #expect(found.map.bits == expected.bits && found.outcome.isComplete)
    #expect(found.map.windows.allSatisfy { $0.state == (isLost($0.y, $0.x) ? .unreadable : .explained) })
    #expect(found.outcome.totals.windows[.unreadable]! > 0)
    #expect(Set(found.outcome.unreadable) == Set(broken))
    #expect(found.map.coverage[11 * 33 + 9] == 0)
  }

  /// Grey with a patch of noise, and two more colours.
  private static let slide = TestImage(width: 33, height: 29, pixels: [UInt8](repeating: 240, count: 3 * 33 * 29))
    .painted([(PixelRectangle(x: 0, y: 17, width: 15, height: 12), [1, 2, 3])])

  @Test("windows of one colour are explained once a colour and told as such; padded ones are not of one colour")
  func once() throws {
    let counter = Counter()
    let found = try Self.run(
      Self.slide, .pad, constantWindows: .once, run: ScanRun(progress: { counter.note($0.windows) }))
    let each = try Self.run(Self.slide, .pad)
    #expect(found.map.bits == each.map.bits)
    let constant = found.map.windows.filter { $0.state == .constant }
    #expect(constant.count > 20)
    func colour(_ window: WindowRecord) -> Set<[UInt8]> {
      var colours: Set<[UInt8]> = []
      for y in window.y..<window.y + 8 {
        for x in window.x..<window.x + 6 {
          colours.insert(y < 29 && x < 33 ? Array(Self.slide.pixels[3 * (33 * y + x)..<3 * (33 * y + x) + 3]) : [])
        }
      }
      return colours
    }
    for window in found.map.windows {
      #expect((window.state == .constant) == (colour(window).count == 1), "window at \(window.x), \(window.y)")
    }
    for kind in Set(constant.map(colour)) {
      #expect(Set(constant.filter { colour($0) == kind }.map(\.numbers)).count == 1)
    }
    #expect(counter.last == found.outcome.progress.totalWindows)
  }

  @Test("more colours than are kept are explained again, with the same numbers")
  func manyColours() throws {
    var stripes = TestImage(width: 96, height: 8, seed: 1)
    stripes = stripes.painted(
      (0..<16).map { (PixelRectangle(x: 6 * $0, y: 0, width: 6, height: 8), [UInt8($0 % 11 * 20), 9, 9]) })
    let grid = try WindowGrid(image: stripes.extent, window: Extent(8, 6), stride: Extent(8, 6), edges: .drop)
    let maps = try [ConstantWindows.compute, .once].map { constant in
      let sink = MapSink(grid.extent)
      _ = try Scan(
        WindowNetwork.explainer(batch: 3), grid: grid, normalization: PixelNormalization(WindowNetwork.preprocessing),
        settings: ScanSettings(target: .top, constantWindows: constant)
      ).run(from: stripes, to: sink)
      return sink.map
    }
    #expect(maps[0].bits == maps[1].bits && maps[0].windows.map(\.numbers) == maps[1].windows.map(\.numbers))
    #expect(maps[1].windows.allSatisfy { $0.state == .constant })
  }

  @Test("windows of one colour may be left out instead")
  func skip() throws {
    let found = try Self.run(Self.slide, constantWindows: .skip)
    let states = found.map.windows.map(\.state)
    #expect(Set(states) == [.constant, .explained])
    #expect(found.map.windows.allSatisfy { ($0.numbers == nil) == ($0.state == .constant) })
    let explained = Set(found.map.windows.filter { $0.state == .explained }.map { [$0.y, $0.x] })
    let expected = try ByHand(
      Self.slide, found.grid, explainer: WindowNetwork.explainer(batch: 1),
      isExplained: { explained.contains([$0, $1]) })
    #expect(found.map.bits == expected.bits)
  }
}

/// The last of the numbers that were noted.
private final class Counter {
  private(set) var last = 0
  func note(_ number: Int) { last = number }
}
