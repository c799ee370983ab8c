internal import Compute
import RelevancePropagation

/// Makes the map strip by strip on the device: cuts windows, explains them in batches, adds their relevance in the order of
/// the grid, takes finished rows down.
///
/// A strip that follows the one before it finds the sums of windows that hang over; another one explains those windows
/// again. Either way a pixel's sum has the same terms in the same order.
final class StripWorker {
  private let set: any WindowSet
  private let settings: ScanSettings
  private let cutter: WindowCutter
  private let map: MapAccumulator
  private let explaining: WindowExplaining
  private let kept: KeptWindows

  /// Windows that are laid on the map at once, at most.
  private static let mostAtOnce = 4096

  /// - Parameters:
  ///   - width: columns of the widest rectangle that will be scanned.
  ///   - window: the longest window, `[C, H, W]`.
  init(_ set: any WindowSet, settings: ScanSettings, normalization: PixelNormalization, width: Int, window: Shape)
    throws
  {
    self.set = set
    self.settings = settings
    let engine = set.engine
    cutter = try WindowCutter(normalization, on: engine)
    map = try MapAccumulator(
      planes: settings.keepsChannels ? window[0] : 1, combine: settings.combine, width: width,
      rows: settings.chunk, ringRows: settings.chunk + window[1] - 1, on: engine)
    explaining = try WindowExplaining(on: engine)
    let keeps = settings.constantWindows == .once && set.layout.mayRepeat
    kept = try KeptWindows(slots: keeps ? KeptWindows.most : 0, window: window.count, on: engine)
  }

  /// Explains a strip's windows and takes its rows.
  ///
  /// - Parameter afterBatch: called when windows are done, with their number; what it throws ends the strip.
  func scan(_ strip: PreparedStrip, afterBatch: (Int) throws -> Void) throws -> ScannedStrip {
    let job = strip.job
    if job.isFresh {
      try map.begin(job.band, at: job.place.rectangle.y)
      set.begin()
    }
    if let pixels = strip.pixels { try cutter.load(pixels) }
    var records: [WindowRecord] = []
    var batch = WindowBatch()
    for (index, plan) in strip.windows.enumerated() {
      let row = job.rows.lowerBound + index / job.columns.count
      let column = job.columns.lowerBound + index % job.columns.count
      var slot: WindowBatch.Slot?
      if takes(plan) {
        slot = known(plan, in: batch)
        if slot == nil {
          let explainer = try set.explainer(row: row, column: column)
          if !batch.hasRoom(for: explainer) { try finish(&batch, of: strip, into: &records, afterBatch) }
          slot = batch.explain(row: row, column: column, with: explainer, plan: plan)
        }
      }
      batch.append(
        WindowBatch.Window(
          row: row, column: column, rectangle: set.layout.rectangle(row: row, column: column), plan: plan, slot: slot))
      if batch.windows.count == Self.mostAtOnce { try finish(&batch, of: strip, into: &records, afterBatch) }
    }
    if !batch.windows.isEmpty { try finish(&batch, of: strip, into: &records, afterBatch) }
    var planes = try map.take(upTo: job.place.rectangle.rows.upperBound)
    if let coverage = set.coverage(of: job.place.rectangle) {
      planes.replaceSubrange(planes.count - coverage.count..<planes.count, with: coverage)
    }
    return ScannedStrip(
      place: job.place, relevancePlanes: map.planes, planes: planes, windows: records, unreadable: strip.unreadable)
  }

  /// Whether a window gives relevance.
  private func takes(_ plan: WindowPlan) -> Bool {
    switch plan {
    case .explain: true
    case .constant: settings.constantWindows != .skip
    case .masked, .unreadable: false
    }
  }

  /// Where the relevance of a window's colour lies already.
  private func known(_ plan: WindowPlan, in batch: WindowBatch) -> WindowBatch.Slot? {
    guard case .constant(let colour) = plan else { return nil }
    return kept.use(colour).map { .kept($0) } ?? batch.colours[colour].map { .batch($0) }
  }

  /// Explains the windows of a batch, adds their relevance to the map, and their records; leaves it empty.
  private func finish(
    _ batch: inout WindowBatch, of strip: PreparedStrip, into records: inout [WindowRecord],
    _ afterBatch: (Int) throws -> Void
  ) throws {
    let explained = try explain(batch, unreadable: strip.unreadable)
    for run in batch.runs { try add(run, explained, keptFrom: batch.places.count) }
    let owned = strip.job.place.rectangle
    for window in batch.windows {
      guard owned.rows.contains(window.rectangle.y), owned.columns.contains(window.rectangle.x) else { continue }
      records.append(record(of: window, explained))
    }
    if let explained {
      for (colour, slot) in batch.colours.sorted(by: { $0.value < $1.value }) {
        try kept.keep(
          colour, slot: slot, of: explained.relevance, target: explained.targets[slot],
          numbers: explained.numbers[slot], on: set.engine)
      }
    }
    try afterBatch(batch.windows.count)
    batch = WindowBatch()
  }

  private func explain(_ batch: WindowBatch, unreadable: [PixelRectangle]) throws -> ExplainedWindows? {
    guard let explainer = batch.explainer else { return nil }
    let places = batch.places
    let corners = places.map { place in
      (y: set.layout.rows.span(place.row).lowerBound, x: set.layout.columns.span(place.column).lowerBound)
    }
    try cutter.cut(corners, of: explainer.network.inputShape, into: explainer.input)
    return try explaining.explain(
      places.map { set.layout.rectangle(row: $0.row, column: $0.column) }, with: explainer,
      set.choice(of: places, unreadable: unreadable))
  }

  /// Adds windows of one grid row to the map.
  private func add(_ run: [WindowBatch.Window], _ explained: ExplainedWindows?, keptFrom: Int) throws {
    let windows = run.map { window -> (x: Int, slot: Int) in
      let x = set.layout.columns.span(window.column).lowerBound
      switch window.slot! {
      case .batch(let slot): return (x, slot)
      case .kept(let entry): return (x, keptFrom + entry.slot)
      }
    }
    let row = set.layout.rows.span(run[0].row)
    let width = set.layout.columns.span(run[0].column).count
    try map.add(
      windows, at: row.lowerBound,
      from: MapAccumulator.Source(
        batch: explained?.relevance ?? kept.relevance, kept: kept.relevance, keptFrom: keptFrom,
        window: [set.channels, row.count, width]))
  }

  private func record(of window: WindowBatch.Window, _ explained: ExplainedWindows?) -> WindowRecord {
    let state: WindowRecord.State =
      switch window.plan {
      case .explain: .explained
      case .constant: .constant
      case .masked: .masked
      case .unreadable: .unreadable
      }
    var record = WindowRecord(x: window.rectangle.x, y: window.rectangle.y, state: state)
    switch window.slot {
    case .batch(let slot): (record.target, record.numbers) = (explained!.targets[slot], explained!.numbers[slot])
    case .kept(let entry): (record.target, record.numbers) = (entry.target, entry.numbers)
    case nil: break
    }
    return record
  }
}
