/// Containers of a pickle, and the few functions a pickle of tensors calls.
struct PickleArena {
  /// Elements of lists and tuples; keys and values of dictionaries in turn.
  private var containers: [[PickleValue]] = []
  /// Bytes an element of every storage the pickle names, by key.
  private(set) var storageSizes: [String: Int] = [:]

  private mutating func store(_ values: [PickleValue]) -> Int {
    containers.append(values)
    return containers.count - 1
  }

  mutating func list(_ values: [PickleValue]) -> PickleValue { .list(store(values)) }
  mutating func tuple(_ values: [PickleValue]) -> PickleValue { .tuple(store(values)) }
  mutating func dictionary(_ pairs: [PickleValue]) -> PickleValue { .dictionary(store(pairs)) }
  mutating func append(_ values: [PickleValue], to container: Int) { containers[container] += values }

  /// Elements of a list or tuple.
  func elements(_ value: PickleValue) -> [PickleValue]? {
    switch value {
    case .list(let index), .tuple(let index): containers[index]
    default: nil
    }
  }

  /// Pairs of a dictionary whose keys are strings; others are left out.
  func items(_ value: PickleValue) -> [(key: String, value: PickleValue)]? {
    guard case .dictionary(let index) = value else { return nil }
    let flat = containers[index]
    return stride(from: 0, to: flat.count - 1, by: 2).compactMap {
      guard case .string(let key) = flat[$0] else { return nil }
      return (key, flat[$0 + 1])
    }
  }

  /// REDUCE: what `function(*arguments)` gives, for the functions a state dict needs.
  mutating func call(_ function: PickleValue, _ arguments: PickleValue) throws -> PickleValue {
    guard case .global(let name) = function else {
      throw ModelFileError(at: "pickle", "cannot call \(function.kind)", remedy: "is the file damaged?")
    }
    let values = elements(arguments) ?? []
    switch name {
    case "collections.OrderedDict":
      let pairs = values.first.flatMap(elements)?.compactMap(elements).filter { $0.count == 2 } ?? []
      return dictionary(pairs.flatMap { $0 })
    case "torch._utils._rebuild_tensor", "torch._utils._rebuild_tensor_v2":
      guard values.count >= 4, case .storage(let storage) = values[0], case .integer(let offset) = values[1],
        let shape = integers(values[2]), let strides = integers(values[3])
      else { throw Self.malformed(name, values) }
      return .tensor(PickledTensor(storage: storage, offset: offset, shape: shape, strides: strides))
    case "torch._utils._rebuild_parameter":
      guard let first = values.first, case .tensor = first else { throw Self.malformed(name, values) }
      return first
    default:
      throw ModelFileError(
        "refuses to run \"\(name)\" from the pickle", remedy: "only tensors and dictionaries are read")
    }
  }

  /// BINPERSID: `('storage', torch.FloatStorage, key, device, count)`, in older files with a view `(key, offset, count)`
  /// at the end.
  mutating func persistent(_ identifier: PickleValue) throws -> PickleValue {
    let values = elements(identifier) ?? []
    guard let first = values.first, case .string(let kind) = first else {
      throw Self.malformed("a persistent id", values)
    }
    if kind == "module", values.count > 1 { throw Self.refusal(ofObject: values[1]) }
    guard kind == "storage", values.count >= 5, case .global(let type) = values[1], case .string(let key) = values[2],
      case .integer(let count) = values[4]
    else { throw Self.malformed("a persistent id", values) }
    guard type.hasPrefix("torch."), let element = ElementType.pyTorchStorages[String(type.dropFirst(6))] else {
      throw ModelFileError(
        at: "storage \(key)", "\(type) is not supported", remedy: "convert the tensors to float32 before saving")
    }
    storageSizes[key] = element.size
    var storage = PickledStorage(type: element, key: key, count: count)
    if values.count >= 6, let view = elements(values[5]) {
      guard view.count == 3, case .integer(let offset) = view[1], case .integer(let length) = view[2], offset >= 0
      else {
        throw Self.malformed("a view", view)
      }
      storage.offset = offset
      storage.count = length
    }
    return .storage(storage)
  }

  private func integers(_ value: PickleValue) -> [Int]? {
    guard let values = elements(value) else { return nil }
    let integers = values.compactMap { if case .integer(let integer) = $0 { integer } else { nil } }
    return integers.count == values.count ? integers : nil
  }

  private static func malformed(_ what: String, _ values: [PickleValue]) -> ModelFileError {
    ModelFileError(
      at: "pickle", "\(what) with \(values.prefix(8).map(\.kind).joined(separator: ", "))",
      remedy: "is the file damaged?")
  }

  static func refusal(ofObject value: PickleValue) -> ModelFileError {
    guard case .global(let name) = value else {
      return ModelFileError(at: "pickle", "an object of \(value.kind)", remedy: "is the file damaged?")
    }
    return ModelFileError(
      "refuses to make an object of \"\(name)\" from the pickle: only tensors and dictionaries are read",
      remedy: "if it is a whole model, load it in Python and torch.save(model.state_dict(), …)")
  }
}
