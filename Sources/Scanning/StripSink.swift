/// Where finished strips of the map go.
///
/// It is called by one thread at a time, in the order of the strips. When it returns the strip is final: it may be written
/// down as done, and a scan that begins later may leave it out.
public protocol StripSink: Sendable {
  /// - Throws: what ends the scan, as a full disk does; strips before are untouched.
  func write(_ strip: ScannedStrip) throws
}
