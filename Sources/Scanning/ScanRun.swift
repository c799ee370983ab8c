public import RelevancePropagation

/// What happens around a scan: what is done already, what is wanted, whether to stop, who is told.
public struct ScanRun {
  /// Strips that need not be made; windows that hang over from them into the next are explained again.
  public var isDone: (StripPlace) -> Bool
  /// Whether a window is to be explained, by its pixels in the image; called on another thread.
  public var isWanted: @Sendable (PixelRectangle) -> Bool
  /// Asked between strips and batches; called on any thread.
  public var stop: @Sendable () -> Stop
  /// Told after every batch, on the calling thread.
  public var progress: (ScanProgress) -> Void

  /// When a scan ends before its time.
  public enum Stop: Sendable, Hashable {
    case goOn
    /// With the strip in work, which is kept.
    case afterStrip
    /// With the batch in work; its strip is lost.
    case afterBatch
  }

  public init(
    isDone: @escaping (StripPlace) -> Bool = { _ in false },
    isWanted: @escaping @Sendable (PixelRectangle) -> Bool = { _ in true },
    stop: @escaping @Sendable () -> Stop = { .goOn }, progress: @escaping (ScanProgress) -> Void = { _ in }
  ) {
    (self.isDone, self.isWanted, self.stop, self.progress) = (isDone, isWanted, stop, progress)
  }
}
