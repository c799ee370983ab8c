import VipsShim

/// Interleaved bytes to a PNG file, one byte a channel.
public enum PNGFile {
  /// `bands`: 1 for grey, 3 for RGB. Throws `SceneError.writing`.
  public static func write(
    _ pixels: [UInt8], width: Int, height: Int, bands: Int, to path: String
  ) throws(SceneError) {
    precondition(
      pixels.count == width * height * bands, "expected \(width * height * bands) bytes, found \(pixels.count)")
    var message = [CChar](repeating: 0, count: 1024)
    let status = relprop_svg_write_png(
      path, pixels, Int32(width), Int32(height), Int32(bands), &message, message.count)
    guard status == 0 else { throw .writing(path: path, message: messageText(message)) }
  }
}
