import RelevancePropagation

/// Memory of a scan beside the network, by the width of the rectangles that are scanned: see `ScanPlan` for the terms.
public struct ScanMemory: Sendable {
  private let grid: WindowGrid
  private let chunk: Int
  /// Of relevance and coverage.
  private let planes: Int
  private let pixelBytes: Int
  private let inputChannels: Int

  /// Strips of pixels on the host: one in work, one that waits, one being put together from rows that are there and rows
  /// being read.
  private static let pixelStrips = 4
  /// Strips of results: one being taken, one that waits, one being written.
  private static let resultStrips = 3
  /// A window's place and what became of it.
  private static let windowBytes = MemoryLayout<WindowRecord>.stride + MemoryLayout<WindowPlan>.stride

  /// - Parameter channels: of planes, where the source gives numbers and no bytes.
  public init(_ grid: WindowGrid, settings: ScanSettings, planes channels: Int? = nil, inputChannels: Int = 3) {
    self.grid = grid
    self.inputChannels = channels ?? inputChannels
    chunk = settings.chunk
    planes = (settings.keepsChannels ? self.inputChannels : 1) + 1
    pixelBytes = channels.map { $0 * MemoryLayout<Float>.stride } ?? 3
  }

  private func pixels(width: Int) -> Int {
    let rows = min(chunk + 2 * (grid.window.vertical - 1), grid.region.height)
    let columns = min(width + 2 * (grid.window.horizontal - 1), grid.region.width)
    return rows * columns * pixelBytes
  }

  private func results(width: Int) -> Int { mapBytes(pixels: min(chunk, grid.region.height) * width) }

  private func windows(width: Int) -> Int {
    ((chunk + grid.window.vertical) / grid.stride.vertical + 1)
      * ((width + grid.window.horizontal) / grid.stride.horizontal + 1)
  }

  public func hostBytes(width: Int) -> Int {
    Self.pixelStrips * pixels(width: width) + Self.resultStrips * results(width: width)
      + 3 * Self.windowBytes * windows(width: width)
  }

  /// A device that computes in the host's memory has these bytes of the host, too.
  public func deviceBytes(width: Int) -> Int {
    let window = grid.window.vertical * grid.window.horizontal * inputChannels * MemoryLayout<Float>.stride
    return pixels(width: width) + results(width: width) + mapBytes(pixels: (chunk + grid.window.vertical - 1) * width)
      + KeptWindows.most * window
  }

  /// Relevance and coverage of so many pixels, as they are.
  public func mapBytes(pixels: Int) -> Int { pixels * planes * MemoryLayout<Float>.stride }

  /// The widest rectangle, in chunks, with which a scan stays within a limit; one at least.
  ///
  /// - Parameter sharesHostMemory: whether the device computes in the host's memory, so that the limit holds for both.
  public func widest(within bytes: Int, sharesHostMemory: Bool) -> Int {
    let most = (grid.region.width + chunk - 1) / chunk
    return (1...most).last { chunks in
      let width = min(chunks * chunk, grid.region.width)
      return hostBytes(width: width) + (sharesHostMemory ? deviceBytes(width: width) : 0) <= bytes
    } ?? 1
  }
}
