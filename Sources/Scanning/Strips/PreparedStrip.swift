import Pipelines
import RelevancePropagation

/// A strip whose pixels were read, and what is to become of its windows.
struct PreparedStrip: Sendable, Weighted {
  let job: StripJob
  let pixels: PixelStrip?
  /// Row by row, `[job.rows, job.columns]`.
  let windows: [WindowPlan]
  /// In pixels of the map.
  let unreadable: [PixelRectangle]

  var bytes: Int { (pixels?.samples.bytes ?? 0) + windows.count * MemoryLayout<WindowPlan>.stride }
}

/// What is to become of a window.
enum WindowPlan: Sendable, Hashable {
  case explain
  /// All pixels have this colour.
  case constant(UInt32)
  case masked
  case unreadable
}
