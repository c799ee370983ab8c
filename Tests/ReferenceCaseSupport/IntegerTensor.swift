import Foundation

/// An integer tensor of a safetensors file, which networks have no use for and `ModelFile` leaves out.
package struct IntegerTensor {
  package let shape: [Int]
  /// In C order.
  package let values: [Int]

  /// Tensor `name` of type I64 or U8; nil where the file has none.
  package init?(_ name: String, of path: String) throws {
    let data = try Data(contentsOf: URL(fileURLWithPath: path))
    let length = data.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
    let header = try JSONSerialization.jsonObject(with: data[8..<8 + length]) as? [String: Any]
    guard let entry = header?[name] as? [String: Any], let type = entry["dtype"] as? String,
      ["I64", "U8"].contains(type), let shape = entry["shape"] as? [Int], let offsets = entry["data_offsets"] as? [Int],
      offsets.count == 2
    else { return nil }
    self.shape = shape
    values = data[8 + length + offsets[0]..<8 + length + offsets[1]].withUnsafeBytes { bytes in
      type == "U8"
        ? bytes.map { Int($0) }
        : stride(from: 0, to: bytes.count, by: 8).map { Int(bytes.loadUnaligned(fromByteOffset: $0, as: Int64.self)) }
    }
  }
}
