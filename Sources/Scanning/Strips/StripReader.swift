import RelevancePropagation
import Synchronization

/// Reads the pixels of strips, one after another, and decides what becomes of their windows.
///
/// Rows that two strips share are kept, so that the source is never asked twice for one. It runs beside the device.
final class StripReader: Sendable {
  private let source: any PixelSource
  private let layout: any WindowLayout
  private let findsConstant: Bool
  private let last = Mutex<Read?>(nil)

  private struct Read: Sendable {
    let band: PixelRectangle
    let pixels: PixelStrip
    let unreadable: [PixelRectangle]
  }

  init(_ source: any PixelSource, layout: any WindowLayout, constantWindows: ConstantWindows) {
    self.source = source
    self.layout = layout
    findsConstant = layout.mayRepeat && constantWindows != .compute
  }

  /// - Throws: what the source throws; `ScanError` where it gives another number of samples than it was asked for.
  func prepare(_ job: StripJob) throws -> PreparedStrip {
    var windows: [WindowPlan] = []
    windows.reserveCapacity(job.windowCount)
    for row in job.rows {
      for column in job.columns { windows.append(layout.isWanted(row: row, column: column) ? .explain : .masked) }
    }
    guard windows.contains(.explain) else {
      return PreparedStrip(job: job, pixels: nil, windows: windows, unreadable: [])
    }
    let found = try last.withLock { last throws in
      let next = try read(job, after: last)
      last = next
      return next
    }
    var index = 0
    for row in job.rows {
      for column in job.columns {
        defer { index += 1 }
        guard windows[index] == .explain else { continue }
        if !found.unreadable.isEmpty, layout.isLost(row: row, column: column, unreadable: found.unreadable) {
          windows[index] = .unreadable
        } else if findsConstant, let colour = colour(row, column, of: found.pixels) {
          windows[index] = .constant(colour)
        }
      }
    }
    return PreparedStrip(job: job, pixels: found.pixels, windows: windows, unreadable: found.unreadable)
  }

  /// Windows that are padded differ from others of their colour.
  private func colour(_ row: Int, _ column: Int, of pixels: PixelStrip) -> UInt32? {
    let window = layout.rectangle(row: row, column: column)
    guard window.height == layout.rows.span(row).count, window.width == layout.columns.span(column).count else {
      return nil
    }
    return pixels.colour(of: window)
  }

  private func read(_ job: StripJob, after last: Read?) throws -> Read {
    guard let last, last.band == job.band, last.pixels.rectangle.rows.contains(job.pixels.y) else {
      return try read(job.pixels, for: job)
    }
    let end = last.pixels.rectangle.rows.upperBound
    let shared = job.pixels.y..<end
    let unreadable = last.unreadable.filter { $0.rows.overlaps(job.pixels.rows) }
    guard end < job.pixels.rows.upperBound else {
      return Read(band: job.band, pixels: last.pixels, unreadable: unreadable)
    }
    let below = try read(
      PixelRectangle(rows: end..<job.pixels.rows.upperBound, columns: job.pixels.columns), for: job)
    return Read(
      band: job.band, pixels: last.pixels.taking(shared, over: below.pixels), unreadable: unreadable + below.unreadable)
  }

  private func read(_ rectangle: PixelRectangle, for job: StripJob) throws -> Read {
    let block = try source.read(layout.inImage(rectangle))
    let area = rectangle.width * rectangle.height
    let (found, isWhole) =
      switch block.samples {
      case .bytes(let pixels): (pixels.count, pixels.count == 3 * area)
      case .planes(let numbers): (numbers.count, numbers.count % area == 0)
      }
    guard isWhole else {
      throw ScanError(
        "the source gave \(found) samples for the \(rectangle.width) × \(rectangle.height) pixels it was asked for")
    }
    return Read(
      band: job.band, pixels: PixelStrip(rectangle: rectangle, samples: block.samples),
      unreadable: block.unreadable.map(layout.inMap))
  }
}
