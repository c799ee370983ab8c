import RelevancePropagation
import VipsShim

/// Interleaved bytes, one a channel, as a PNG file.
public enum PNGFile {
  /// - Parameter bands: 1 for grey, 3 for RGB, 4 for RGB and opacity.
  /// - Throws: `ImageError` where libvips cannot encode.
  public static func bytes(of pixels: [UInt8], width: Int, height: Int, bands: Int) throws -> [UInt8] {
    precondition(
      pixels.count == width * height * bands, "expected \(width * height * bands) bytes, found \(pixels.count)")
    return try EncodedImage.bytes("PNG", width: width, height: height) { bytes, count, message in
      vips_shim_encode_png(pixels, Int32(width), Int32(height), Int32(bands), &bytes, &count, &message)
    }
  }

  /// Entries of a palette as a PNG file: the colours can be exchanged in the file without decoding its pixels.
  ///
  /// - Parameters:
  ///   - entries: an entry a pixel, rows from the top.
  ///   - palette: 256 colours.
  /// - Throws: `ImageError` where libpng cannot encode.
  public static func bytes(of entries: [UInt8], palette: [Color], width: Int, height: Int) throws -> [UInt8] {
    precondition(entries.count == width * height && palette.count == 256, "\(entries.count), \(palette.count)")
    let colours = palette.flatMap { [$0.red, $0.green, $0.blue] }
    return try EncodedImage.bytes("PNG", width: width, height: height) { bytes, count, message in
      indexed_png_encode(entries, Int32(width), Int32(height), colours, &bytes, &count, &message)
    }
  }

  /// Writes the file: complete, or not at all.
  /// - Throws: `ImageError`, `FileWriteError`.
  public static func write(_ pixels: [UInt8], width: Int, height: Int, bands: Int, to path: String) throws {
    try AtomicFile.write(bytes(of: pixels, width: width, height: height, bands: bands), to: path)
  }
}
