import Pipelines
import RelevancePropagation

/// Runs a scan: strips are read on one thread, explained on the calling one, written on another.
///
/// At most one strip is read, one waits, one is explained, one waits to be written and one is written: memory does not grow
/// with the image.
struct ScanDriver {
  let set: any WindowSet
  let settings: ScanSettings
  let normalization: PixelNormalization
  /// The longest window, `[C, H, W]`.
  let window: Shape

  /// - Parameter rectangles: of the map, of whole chunks; scanned one after another.
  func run(
    _ rectangles: [PixelRectangle], from source: any PixelSource, to sink: any StripSink, _ run: ScanRun
  ) throws -> ScanOutcome {
    try normalization.check(channels: window[0])
    let jobs = StripJob.all(rectangles, of: set.layout, chunk: settings.chunk, isDone: run.isDone)
    var progress = ScanProgress(
      totalWindows: jobs.reduce(0) { $0 + $1.windowCount }, totalStrips: jobs.count)
    guard let widest = jobs.map(\.band.width).max() else {
      return ScanOutcome(isComplete: true, strips: [], totals: ScanTotals(), unreadable: [], progress: progress)
    }
    let worker = try StripWorker(
      set, settings: settings, normalization: normalization, width: widest, window: window)
    let reader = StripReader(source, layout: set.layout, constantWindows: settings.constantWindows)
    let summary = Summary()
    let stop = run.stop
    do {
      // No bytes beside the strip that is needed next.
      try Pipeline(batch: 1, preparing: 1, finishing: 1, byteLimit: 0).run(
        jobs, isStopped: { stop() != .goOn }, prepare: { try reader.prepare($0) },
        process: { strips in
          let begin = ContinuousClock.now
          let computed = progress.computing
          let result = try worker.scan(strips[0]) { windows in
            progress.windows += windows
            progress.computing = computed + (ContinuousClock.now - begin) / .seconds(1)
            run.progress(progress)
            if stop() == .afterBatch { throw Interruption() }
          }
          progress.computing = computed + (ContinuousClock.now - begin) / .seconds(1)
          progress.strips += 1
          return [result]
        },
        finish: { (strip: ScannedStrip) in
          try sink.write(strip)
          return StripSummary(strip)
        }, deliver: { summary.add($0) },
        waited: { (progress.waitingForPixels, progress.waitingForSink) = ($0.input, $0.output) })
    } catch is Interruption {}
    run.progress(progress)
    return summary.outcome(isComplete: summary.count == jobs.count, progress)
  }

  /// A batch after which the scan was to end.
  private struct Interruption: Error {}
}
