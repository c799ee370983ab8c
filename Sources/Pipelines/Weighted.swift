/// What lies in a pipeline's queues, and how much memory it holds.
public protocol Weighted: Sendable {
  var bytes: Int { get }
}
