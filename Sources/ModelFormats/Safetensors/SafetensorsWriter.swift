import Foundation
import RelevancePropagation

/// Writes named float32 tensors as a safetensors file, whole or not at all.
public enum SafetensorsWriter {
  /// - Parameter metadata: free text for the header's `__metadata__`.
  /// - Throws: `FileWriteError`.
  public static func write(
    _ tensors: [(name: String, tensor: Tensor)], metadata: [String: String] = [:], to path: String
  ) throws {
    var entries: [String: Any] = [:]
    var offset = 0
    for (name, tensor) in tensors {
      let end = offset + 4 * tensor.count
      entries[name] = ["dtype": "F32", "shape": tensor.shape.extents, "data_offsets": [offset, end]] as [String: Any]
      offset = end
    }
    if !metadata.isEmpty { entries["__metadata__"] = metadata }
    var header = try JSONSerialization.data(withJSONObject: entries, options: [.sortedKeys])
    // The numbers begin on a multiple of 8, so that readers may map them.
    while header.count % 8 != 0 { header.append(UInt8(ascii: " ")) }

    let file = try AtomicFile(path: path)
    try withUnsafeBytes(of: UInt64(header.count).littleEndian) { try file.write($0) }
    try header.withUnsafeBytes { try file.write($0) }
    for (_, tensor) in tensors {
      try tensor.withScalars { scalars throws in try file.write(UnsafeRawBufferPointer(scalars)) }
    }
    try file.commit()
  }
}
