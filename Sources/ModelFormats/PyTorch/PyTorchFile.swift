import RelevancePropagation

/// Files of `torch.save`: a zip archive since PyTorch 1.6, a bare stream of pickles before (VGG's own files among them).
///
/// Zip: `NAME/data.pkl` describes the object, `NAME/data/KEY` holds each storage, `NAME/byteorder` the byte order.
enum PyTorchFile {
  static func readZip(_ file: MappedFile, allowance: MemoryAllowance) throws -> (StateDictionary, notes: [String]) {
    let archive = try ZipArchive(file, allowance: allowance)
    let pickle = archive.names.first {
      $0 == "data.pkl" || ($0.hasSuffix("/data.pkl") && $0.split(separator: "/").count == 2)
    }
    guard let pickle else {
      throw ModelFileError(
        "a zip archive without data.pkl (it has \(archive.names.prefix(3).joined(separator: ", ")))",
        remedy: "expected a file of torch.save")
    }
    let folder = String(pickle.dropLast("data.pkl".count))
    if archive.contains(folder + "constants.pkl") {
      throw ModelFileError(
        "is a TorchScript archive, whose code is not run",
        remedy: "load it in Python and torch.save(model.state_dict(), …), or export it to ONNX")
    }
    if archive.contains(folder + "byteorder") {
      let order = try archive.bytes(of: folder + "byteorder").text
      guard order == "little" else {
        throw ModelFileError(
          at: "byteorder", "expected little, found \(order.prefix(16))", remedy: "save it on a little-endian machine")
      }
    }
    var unpickler = Unpickler(try archive.bytes(of: pickle))
    let object = try unpickler.run()
    return try dictionary(object, unpickler.arena, allowance) { try archive.bytes(of: folder + "data/" + $0.key) }
  }

  /// Builds the state dict within `object`: tensors under their names, without wrappers and prefixes.
  static func dictionary(
    _ object: PickleValue, _ arena: PickleArena, _ allowance: MemoryAllowance,
    storage: (PickledStorage) throws -> Bytes
  ) throws -> (StateDictionary, notes: [String]) {
    var notes: [String] = []
    let items = try unwrap(object, arena, &notes)
    let prefix = commonPrefix(items.map(\.key))
    if !prefix.isEmpty { notes.append("the names' prefix \"\(prefix)\" was dropped") }

    var dictionary = StateDictionary()
    for (key, tensor) in items {
      let name = String(key.dropFirst(prefix.count))
      guard tensor.storage.type.isFloat else {
        dictionary.bookkeeping.append(name)
        continue
      }
      let (offset, overflow) = tensor.offset.addingReportingOverflow(tensor.storage.offset)
      guard tensor.offset >= 0, !overflow else { throw ModelFileError(at: name, "offset \(tensor.offset)") }
      let stored = StoredTensor(
        type: tensor.storage.type, shape: tensor.shape, strides: tensor.strides, offset: offset,
        bytes: try storage(tensor.storage))
      dictionary.set(name, try stored.tensor(named: name, allowance: allowance))
    }
    return (dictionary, notes)
  }

  /// Keys under which training scripts put the state dict.
  private static let wrappers = ["state_dict", "model", "model_state_dict", "model_state", "net", "weights"]

  private static func unwrap(_ object: PickleValue, _ arena: PickleArena, _ notes: inout [String]) throws
    -> [(key: String, value: PickledTensor)]
  {
    guard let items = arena.items(object) else {
      throw ModelFileError("expected a dictionary of tensors, found \(object.kind)", remedy: "save model.state_dict()")
    }
    let tensors = tensors(items)
    if !tensors.isEmpty { return tensors }
    for wrapper in wrappers {
      if let inner = items.last(where: { $0.key == wrapper }), let content = arena.items(inner.value) {
        let tensors = Self.tensors(content)
        guard !tensors.isEmpty else { continue }
        notes.append("the tensors were taken from the checkpoint's \"\(wrapper)\"")
        return tensors
      }
    }
    throw ModelFileError(
      "a dictionary without tensors (it has \(items.prefix(5).map { "\"\($0.key)\"" }.joined(separator: ", ")))",
      remedy: "save model.state_dict(), or a checkpoint with it under \"state_dict\"")
  }

  private static func tensors(_ items: [(key: String, value: PickleValue)]) -> [(key: String, value: PickledTensor)] {
    items.compactMap { if case .tensor(let tensor) = $0.value { ($0.key, tensor) } else { nil } }
  }

  /// What DataParallel, torch.compile and wrapper classes put before every name.
  private static func commonPrefix(_ names: [String]) -> String {
    var prefix = ""
    while let next = ["module.", "_orig_mod.", "model."].first(where: { candidate in
      names.allSatisfy { $0.hasPrefix(prefix + candidate) }
    }) {
      prefix += next
    }
    return prefix
  }
}
