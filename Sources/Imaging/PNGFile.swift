import RelevancePropagation
import VipsShim

/// Interleaved bytes, one a channel, as a PNG file.
public enum PNGFile {
  /// - Parameter bands: 1 for grey, 3 for RGB, 4 for RGB and opacity.
  /// - Throws: `ImageError` where libvips cannot encode.
  public static func bytes(of pixels: [UInt8], width: Int, height: Int, bands: Int) throws -> [UInt8] {
    precondition(
      pixels.count == width * height * bands, "expected \(width * height * bands) bytes, found \(pixels.count)")
    var bytes: UnsafeMutablePointer<UInt8>?
    var count = 0
    var message: UnsafeMutablePointer<CChar>?
    let status = vips_shim_encode_png(
      pixels, Int32(width), Int32(height), Int32(bands), &bytes, &count, &message)
    guard status == 0, let bytes else {
      defer { vips_shim_free(message) }
      throw ImageError(
        path: "PNG of \(width) × \(height) pixels",
        found: "it cannot be encoded: " + (message.map { String(cString: $0) } ?? "unknown failure"))
    }
    defer { vips_shim_free(bytes) }
    return Array(UnsafeBufferPointer(start: bytes, count: count))
  }

  /// Writes the file: complete, or not at all.
  /// - Throws: `ImageError`, `FileWriteError`.
  public static func write(_ pixels: [UInt8], width: Int, height: Int, bands: Int, to path: String) throws {
    try AtomicFile.write(bytes(of: pixels, width: width, height: height, bands: bands), to: path)
  }
}
