import RelevancePropagation

/// Memory of a scan beside the network, by the width of the rectangles that are scanned: see `ScanPlan` for the terms.
public struct ScanMemory: Sendable {
  /// The map's size.
  private let extent: Extent
  private let window: Extent
  private let stride: Extent
  private let chunk: Int
  /// Of relevance and coverage.
  private let planes: Int
  private let pixelBytes: Int
  private let channels: Int
  /// Windows of one colour whose relevance is kept.
  private let keptWindows: Int

  /// Strips of pixels on the host: one in work, one that waits, one being put together from rows that are there and rows
  /// being read.
  private static let pixelStrips = 4
  /// Strips of results: one being taken, one that waits, one being written.
  private static let resultStrips = 3
  /// A window's place and what became of it.
  private static let windowBytes = MemoryLayout<WindowRecord>.stride + MemoryLayout<WindowPlan>.stride

  /// - Parameters:
  ///   - channels: of the network's input.
  ///   - readsPlanes: whether the source gives numbers and no bytes.
  public init(_ grid: WindowGrid, settings: ScanSettings, channels: Int = 3, readsPlanes: Bool = false) {
    self.init(
      extent: grid.extent, window: grid.window, stride: grid.stride, settings: settings, channels: channels,
      readsPlanes: readsPlanes)
  }

  /// - Parameters:
  ///   - window: the longest.
  ///   - stride: the shortest distance of windows.
  init(extent: Extent, window: Extent, stride: Extent, settings: ScanSettings, channels: Int, readsPlanes: Bool) {
    (self.extent, self.window, self.stride, self.channels) = (extent, window, stride, channels)
    chunk = settings.chunk
    planes = (settings.keepsChannels ? channels : 1) + 1
    keptWindows = settings.constantWindows == .once ? KeptWindows.most : 0
    pixelBytes = readsPlanes ? channels * MemoryLayout<Float>.stride : 3
  }

  private func pixels(width: Int) -> Int {
    let rows = min(chunk + 2 * (window.vertical - 1), extent.vertical)
    let columns = min(width + 2 * (window.horizontal - 1), extent.horizontal)
    return rows * columns * pixelBytes
  }

  private func results(width: Int) -> Int { mapBytes(pixels: min(chunk, extent.vertical) * width) }

  private func windows(width: Int) -> Int {
    ((chunk + window.vertical) / stride.vertical + 1)
      * ((width + window.horizontal) / stride.horizontal + 1)
  }

  public func hostBytes(width: Int) -> Int {
    Self.pixelStrips * pixels(width: width) + Self.resultStrips * results(width: width)
      + 3 * Self.windowBytes * windows(width: width)
  }

  /// A device that computes in the host's memory has these bytes of the host, too.
  public func deviceBytes(width: Int) -> Int {
    let kept = keptWindows * window.vertical * window.horizontal * channels * MemoryLayout<Float>.stride
    return pixels(width: width) + results(width: width) + mapBytes(pixels: (chunk + window.vertical - 1) * width)
      + kept
  }

  /// Relevance and coverage of so many pixels, as they are.
  public func mapBytes(pixels: Int) -> Int { pixels * planes * MemoryLayout<Float>.stride }

  /// The widest rectangle, in chunks, with which a scan stays within a limit; one at least.
  ///
  /// - Parameter sharesHostMemory: whether the device computes in the host's memory, so that the limit holds for both.
  public func widest(within bytes: Int, sharesHostMemory: Bool) -> Int {
    let most = (extent.horizontal + chunk - 1) / chunk
    return (1...most).last { chunks in
      let width = min(chunks * chunk, extent.horizontal)
      return hostBytes(width: width) + (sharesHostMemory ? deviceBytes(width: width) : 0) <= bytes
    } ?? 1
  }
}
