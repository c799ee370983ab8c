import RelevancePropagation

/// What `torch.save` wrote before PyTorch 1.6: five pickles (magic number, protocol, system, object, storage keys), then
/// for each key the number of elements (8 bytes, little-endian) and the elements.
///
/// The storages lie wherever the pickles end, so often not on a multiple of 4; such tensors are copied.
enum LegacyStream {
  /// The pickle of 0x1950a86a20f9469cfc6c.
  static let magic: [UInt8] = [
    0x80, 0x02, 0x8A, 0x0A, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19, UInt8(ascii: "."),
  ]

  static func read(_ bytes: Bytes, allowance: MemoryAllowance) throws -> (StateDictionary, notes: [String]) {
    var version = Unpickler(bytes, at: magic.count)
    guard case .integer(1001) = try version.run() else {
      throw ModelFileError("expected PyTorch's legacy protocol 1001", remedy: "save the file again with torch.save")
    }
    var system = Unpickler(bytes, at: version.position)
    let information = try system.run()
    for (key, value) in system.arena.items(information) ?? [] {
      if key == "little_endian", case .bool(false) = value {
        throw ModelFileError("was saved on a big-endian machine", remedy: "save it on a little-endian machine")
      }
    }
    var object = Unpickler(bytes, at: system.position)
    let value = try object.run()
    let storages = try storages(bytes, after: object.position, sizes: object.arena.storageSizes)
    return try PyTorchFile.dictionary(value, object.arena, allowance) { storage in
      guard let content = storages[storage.key] else {
        throw ModelFileError(at: "storage \(storage.key)", "is not in the file", remedy: "is the file complete?")
      }
      return content
    }
  }

  private static func storages(_ bytes: Bytes, after position: Int, sizes: [String: Int]) throws -> [String: Bytes] {
    var keys = Unpickler(bytes, at: position)
    let list = try keys.run()
    var storages: [String: Bytes] = [:]
    var next = keys.position
    for key in keys.arena.elements(list) ?? [] {
      guard case .string(let name) = key, let size = sizes[name] else {
        throw ModelFileError(at: "storage keys", "\(key.kind) names no storage", remedy: "is the file damaged?")
      }
      let count = try bytes.integer(Int64.self, at: next, of: "storage \(name)")
      let (length, overflow) = Int(count).multipliedReportingOverflow(by: size)
      guard !overflow else { throw ModelFileError(at: "storage \(name)", "\(count) elements") }
      storages[name] = try bytes.slice(at: next + 8, count: length, of: "storage \(name)")
      next += 8 + length
    }
    return storages
  }
}
