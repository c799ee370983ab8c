import RelevancePropagation
import Synchronization
import Testing

@testable import Scanning

/// Reading, stopping, failing and telling: what happens around the windows.
@Suite struct ScanRunTests {
  private static func scan(_ image: TestImage, batch: Int = 2, chunk: Int = 7) throws -> (Scan, MapSink) {
    let grid = try WindowGrid(image: image.extent, window: Extent(8, 6), stride: Extent(3, 4), edges: .flush)
    let scan = try Scan(
      WindowNetwork.explainer(batch: batch), grid: grid, normalization: PixelNormalization(WindowNetwork.preprocessing),
      settings: ScanSettings(target: .fixed(2), chunk: chunk))
    return (scan, MapSink(grid.extent))
  }

  @Test("a source is asked for every row once, from top to bottom", arguments: [2, 7, 30])
  func reading(_ chunk: Int) throws {
    let image = TestImage(width: 20, height: 31, seed: 31)
    let (scan, sink) = try Self.scan(image, chunk: chunk)
    _ = try scan.run(from: image, to: sink)
    #expect(image.read.allSatisfy { $0.columns == 0..<20 })
    #expect(image.read.flatMap { Array($0.rows) } == Array(0..<31))
  }

  @Test("bands of columns are read one after another, with what their windows hang over")
  func bands() throws {
    let image = TestImage(width: 40, height: 20, seed: 32)
    let (scan, sink) = try Self.scan(image)
    let whole = PixelRectangle(x: 0, y: 0, width: 40, height: 20)
    _ = try scan.run(ShardPlan.bands(of: whole, chunk: 7, widest: 3), from: image, to: sink)
    #expect(Set(image.read.map(\.columns)) == [0..<26, 16..<40])
    let (other, one) = try Self.scan(image)
    _ = try other.run(from: image, to: one)
    #expect(sink.map.bits == one.map.bits)
  }

  @Test("asked to stop after the strip, it leaves whole strips, and goes on from there")
  func stopAfterStrip() throws {
    let image = TestImage(width: 20, height: 31, seed: 33)
    let (scan, sink) = try Self.scan(image)
    let isStopped = Mutex(false)
    let outcome = try scan.run(
      from: image, to: sink,
      ScanRun(
        stop: { isStopped.withLock { $0 } ? .afterStrip : .goOn },
        progress: { progress in if progress.strips == 1 { isStopped.withLock { $0 = true } } }))
    #expect(!outcome.isComplete && outcome.strips.map(\.chunkRow) == [0, 1])
    let done = Set(sink.map.strips)
    _ = try scan.run(from: image, to: sink, ScanRun(isDone: { done.contains($0) }))
    let (other, whole) = try Self.scan(image)
    _ = try other.run(from: image, to: whole)
    #expect(sink.map.bits == whole.map.bits && sink.map.windows == whole.map.windows)
  }

  @Test("asked to stop after the batch, it drops the strip in work and keeps those before")
  func stopAfterBatch() throws {
    let image = TestImage(width: 20, height: 31, seed: 34)
    let (scan, sink) = try Self.scan(image)
    let isStopped = Mutex(false)
    let outcome = try scan.run(
      from: image, to: sink,
      ScanRun(
        stop: { isStopped.withLock { $0 } ? .afterBatch : .goOn },
        progress: { progress in if progress.strips == 1 { isStopped.withLock { $0 = true } } }))
    #expect(!outcome.isComplete && outcome.strips.map(\.chunkRow) == [0] && sink.map.strips.count == 1)
    #expect(outcome.progress.windows < outcome.progress.totalWindows)
  }

  private struct Failure: Error {}

  @Test("what the sink throws ends the scan, and the strips before are there")
  func sinkFails() throws {
    let image = TestImage(width: 20, height: 31, seed: 35)
    let (scan, _) = try Self.scan(image)
    let sink = MapSink(scan.grid.extent, before: { if $0.chunkRow == 2 { throw Failure() } })
    #expect(throws: Failure.self) { try scan.run(from: image, to: sink) }
    #expect(sink.map.strips.map(\.chunkRow) == [0, 1])
  }

  private struct Broken: PixelSource {
    let image: TestImage
    let answer: @Sendable (PixelRectangle) throws -> PixelBlock
    func read(_ rectangle: PixelRectangle) throws -> PixelBlock { try answer(rectangle) }
  }

  @Test("what the source throws ends the scan behind the strips that were read; too few samples are an error")
  func sourceFails() throws {
    let image = TestImage(width: 20, height: 31, seed: 36)
    let (scan, sink) = try Self.scan(image)
    let failing = Broken(image: image) { rectangle in
      if rectangle.y > 20 { throw Failure() }
      return try image.read(rectangle)
    }
    #expect(throws: Failure.self) { try scan.run(from: failing, to: sink) }
    let short = Broken(image: image) { _ in PixelBlock(.bytes([1, 2, 3])) }
    let error = #expect(throws: ScanError.self) { try scan.run(from: short, to: sink) }
    #expect(error?.description.contains("gave 3 samples") == true)
  }

  @Test("progress counts all windows and never falls; time is accounted for")
  func progress() throws {
    let image = TestImage(width: 20, height: 31, seed: 37)
    let (scan, sink) = try Self.scan(image)
    var told: [ScanProgress] = []
    let begin = ContinuousClock.now
    let outcome = try scan.run(from: image, to: sink, ScanRun(progress: { told.append($0) }))
    let seconds = (ContinuousClock.now - begin) / .seconds(1)
    #expect(told.map(\.windows) == told.map(\.windows).sorted() && told.count > 10)
    #expect(told.last?.windows == scan.grid.count && told.last?.totalWindows == scan.grid.count)
    #expect(told.last?.strips == 5 && told.last?.totalStrips == 5)
    let last = outcome.progress
    #expect(last.computing > 0 && last.waitingForPixels >= 0 && last.waitingForSink >= 0)
    #expect(last.computing + last.waitingForPixels + last.waitingForSink <= seconds)
  }

  @Test("scores that are not finite name the window")
  func notFinite() throws {
    let image = TestImage(width: 20, height: 31, seed: 38)
    let grid = try WindowGrid(image: image.extent, window: Extent(8, 6), stride: Extent(8, 6), edges: .drop)
    let scan = try Scan(
      WindowNetwork.explainer(batch: 3), grid: grid, normalization: PixelNormalization(planesWithLow: [0, 0, 0]),
      settings: ScanSettings(target: .fixed(0)))
    let source = Broken(image: image) { rectangle in
      var planes = [Float](repeating: 0.5, count: 3 * rectangle.width * rectangle.height)
      planes[rectangle.width * 9 + 13] = .infinity  // row 9, column 13: window at 12, 8
      return PixelBlock(.planes(planes))
    }
    let error = #expect(throws: ScanError.self) { try scan.run(from: source, to: MapSink(grid.extent)) }
    #expect(error?.description.contains("window at x 12, y 8") == true, "\(error?.description ?? "no error")")
  }
}
