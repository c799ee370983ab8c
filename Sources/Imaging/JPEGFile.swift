import VipsShim

/// Interleaved RGB bytes as a JPEG file.
public enum JPEGFile {
  /// - Parameter quality: 1 … 100.
  /// - Throws: `ImageError` where libvips cannot encode.
  public static func bytes(of pixels: [UInt8], width: Int, height: Int, quality: Int = 85) throws -> [UInt8] {
    precondition(pixels.count == width * height * 3, "expected \(width * height * 3) bytes, found \(pixels.count)")
    var bytes: UnsafeMutablePointer<UInt8>?
    var count = 0
    var message: UnsafeMutablePointer<CChar>?
    let status = vips_shim_encode_jpeg(pixels, Int32(width), Int32(height), Int32(quality), &bytes, &count, &message)
    defer { vips_shim_free(status == 0 ? UnsafeMutableRawPointer(bytes) : UnsafeMutableRawPointer(message)) }
    guard status == 0, let bytes else {
      throw ImageError(
        path: "JPEG of \(width) × \(height) pixels",
        found: "it cannot be encoded: " + (message.map { String(cString: $0) } ?? "unknown failure"))
    }
    return Array(UnsafeBufferPointer(start: bytes, count: count))
  }
}
