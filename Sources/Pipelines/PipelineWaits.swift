/// How long the thread that processes has had nothing to do.
public struct PipelineWaits: Sendable, Hashable {
  /// Seconds in which no job was prepared.
  public internal(set) var input = 0.0
  /// Seconds in which nothing processed found room, and of waiting for the last to be finished.
  public internal(set) var output = 0.0

  public init() {}
}
