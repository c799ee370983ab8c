/// How far a scan is, and what it spends its time on.
public struct ScanProgress: Sendable, Hashable {
  /// Windows looked at: explained, repeated or left out; with those that are explained again at the borders of shards and
  /// where a scan goes on.
  public internal(set) var windows = 0
  public internal(set) var totalWindows: Int
  public internal(set) var strips = 0
  public internal(set) var totalStrips: Int
  /// Seconds in which the device's thread waited for pixels, waited for strips to be written, and worked.
  public internal(set) var waitingForPixels = 0.0
  public internal(set) var waitingForSink = 0.0
  public internal(set) var computing = 0.0
}
