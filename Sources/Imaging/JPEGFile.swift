import VipsShim

/// Interleaved RGB bytes as a JPEG file.
public enum JPEGFile {
  /// - Parameter quality: 1 … 100.
  /// - Throws: `ImageError` where libvips cannot encode.
  public static func bytes(of pixels: [UInt8], width: Int, height: Int, quality: Int = 85) throws -> [UInt8] {
    precondition(pixels.count == width * height * 3, "expected \(width * height * 3) bytes, found \(pixels.count)")
    return try EncodedImage.bytes("JPEG", width: width, height: height) { bytes, count, message in
      vips_shim_encode_jpeg(pixels, Int32(width), Int32(height), Int32(quality), &bytes, &count, &message)
    }
  }
}
