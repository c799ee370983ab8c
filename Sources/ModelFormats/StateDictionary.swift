import RelevancePropagation

/// Named tensors in the order of the file, without a graph: what `model.state_dict()` holds.
public struct StateDictionary: Sendable {
  public private(set) var names: [String] = []
  private var tensors: [String: Tensor] = [:]
  /// Names of integer tensors, which no layer uses (`num_batches_tracked`).
  public internal(set) var bookkeeping: [String] = []
  /// Free text of the file (`__metadata__` of safetensors).
  public internal(set) var metadata: [String: String] = [:]

  public init() {}

  public subscript(name: String) -> Tensor? { tensors[name] }
  public var count: Int { names.count }

  /// Appends a tensor, or replaces the one of this name.
  public mutating func set(_ name: String, _ tensor: Tensor) {
    if tensors.updateValue(tensor, forKey: name) == nil { names.append(name) }
  }
}
