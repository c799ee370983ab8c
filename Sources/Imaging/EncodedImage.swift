import VipsShim

/// What the C side encodes: its bytes as an array, its failure as an error.
enum EncodedImage {
  /// - Parameter encode: leaves bytes and their count, or a message, each to be freed with `vips_shim_free`.
  /// - Throws: `ImageError`.
  static func bytes(
    _ format: String, width: Int, height: Int,
    _ encode: (
      _ bytes: inout UnsafeMutablePointer<UInt8>?, _ count: inout Int, _ message: inout UnsafeMutablePointer<CChar>?
    ) -> Int32
  ) throws -> [UInt8] {
    var bytes: UnsafeMutablePointer<UInt8>?
    var count = 0
    var message: UnsafeMutablePointer<CChar>?
    let status = encode(&bytes, &count, &message)
    guard status == 0, let bytes else {
      defer { vips_shim_free(message) }
      throw ImageError(
        path: "\(format) of \(width) × \(height) pixels",
        found: "it cannot be encoded: " + (message.map { String(cString: $0) } ?? "unknown failure"))
    }
    defer { vips_shim_free(bytes) }
    return Array(UnsafeBufferPointer(start: bytes, count: count))
  }
}
