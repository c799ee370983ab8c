import RelevancePropagation

/// What a scan would take: windows, arithmetic, memory, disk; without reading a pixel.
///
/// Memory is bounded by the height of strips and the width of the rectangles that are scanned, not by the image:
///
///     pixels   (B + 2(h − 1)) × (W + 2(w − 1)) × p bytes a strip: 4 on the host, 1 on the device
///     results  B × W × 4(K + 1) bytes a strip: 3 on the host, 1 on the device
///     windows  about 100 bytes each, of three strips, on the host
///     ring     (B + h − 1) × W × 4(K + 1) bytes on the device
///
/// B side of a chunk, W width of a rectangle, w × h window, p bytes of a pixel (3, or 4C for planes), K planes of relevance.
public struct ScanPlan: Sendable {
  /// Windows that belong to the rectangles.
  public let windows: Int
  /// Windows of their surroundings that are explained again, because what they send into the rectangles is not in memory.
  public let windowsAgain: Int
  /// Those of all that a mask leaves out; nil where no mask was given.
  public let masked: Int?
  /// Of one window: forward and backward pass.
  public let windowFLOP: Int
  /// Windows explained at once.
  public let batch: Int
  public let strips: Int
  /// On the host beside the network and the program.
  public let hostBytes: Int
  /// On the device beside the network and its explainer.
  public let deviceBytes: Int
  /// Relevance and coverage uncompressed, with a pyramid that halves down to a pixel (a third more), and the records of
  /// windows as text.
  public let diskBytes: Int

  /// Of all windows that are explained; a Double, because large images are beyond an Int.
  public var flop: Double { Double(windowsToExplain) * Double(windowFLOP) }
  /// Every window where constant ones are explained too.
  public var windowsToExplain: Int { windows + windowsAgain - (masked ?? 0) }

  /// Bytes of a window's record as text, about.
  private static let recordText = 96

  /// - Parameters:
  ///   - explaining: what explaining one window takes (`PropagationPlan`).
  ///   - rectangles: of the map, of whole chunks; nil is the whole map.
  ///   - isWanted: the mask, asked for every window in pixels of the image; nil where there is none.
  public init(
    _ grid: WindowGrid, explaining: PropagationPlan, settings: ScanSettings, memory: ScanMemory, batch: Int,
    rectangles: [PixelRectangle]? = nil, isWanted: (@Sendable (PixelRectangle) -> Bool)? = nil
  ) {
    self.init(
      GridLayout(grid: grid, mask: isWanted ?? { _ in true }), hasMask: isWanted != nil, explaining: explaining,
      settings: settings, memory: memory, batch: batch, rectangles: rectangles)
  }

  init(
    _ layout: any WindowLayout, hasMask: Bool, explaining: PropagationPlan, settings: ScanSettings, memory: ScanMemory,
    batch: Int, rectangles: [PixelRectangle]?
  ) {
    let whole = PixelRectangle(x: 0, y: 0, width: layout.region.width, height: layout.region.height)
    let rectangles = rectangles ?? [whole]
    let jobs = StripJob.all(rectangles, of: layout, chunk: settings.chunk, isDone: { _ in false })
    self.batch = batch
    strips = jobs.count
    let owned = rectangles.reduce(0) { sum, rectangle in
      let rows = layout.rows.indices(beginningIn: rectangle.rows)
      return sum + rows.count * layout.columns.indices(beginningIn: rectangle.columns).count
    }
    windows = owned
    windowsAgain = jobs.reduce(0) { $0 + $1.windowCount } - owned
    func masked(_ job: StripJob) -> Int {
      job.rows.reduce(0) { sum, row in sum + job.columns.count { !layout.isWanted(row: row, column: $0) } }
    }
    self.masked = hasMask ? jobs.reduce(0) { $0 + masked($1) } : nil
    windowFLOP = explaining.forwardFLOP + explaining.backwardFLOP
    let widest = rectangles.map(\.width).max() ?? 0
    hostBytes = memory.hostBytes(width: widest)
    deviceBytes = memory.deviceBytes(width: widest)
    let area = rectangles.reduce(0) { $0 + $1.width * $1.height }
    diskBytes = memory.mapBytes(pixels: area) / 3 * 4 + owned * Self.recordText
  }
}

extension WindowSpans {
  /// The windows whose first pixel lies in `pixels`.
  func indices(beginningIn pixels: Range<Int>) -> Range<Int> {
    firstIndex { span($0).lowerBound >= pixels.lowerBound }..<firstIndex { span($0).lowerBound >= pixels.upperBound }
  }
}
