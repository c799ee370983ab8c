import Foundation
import RelevancePropagation
import VipsShim

/// An image of any size on its way to a file: its parts are drawn as libvips asks for them, so memory does not grow.
package struct LargeImageFile: Sendable {
  package var width: Int
  package var height: Int
  /// 1 grey, 2 grey and alpha, 3 RGB, 4 RGB and alpha.
  package var bands = 3
  /// 16 bits a sample instead of 8.
  package var isWide = false
  /// Of a pixel, in micrometres; 0 where the file shall not say.
  package var pixelSize = 0.0
  /// EXIF's; 0 leaves the file without.
  package var orientation = 0
  /// TIFF's ImageDescription.
  package var description: String?

  package init(width: Int, height: Int) {
    self.width = width
    self.height = height
  }

  /// Draws the samples of one part, interleaved; rows are `stride` bytes apart. Called from several threads at once.
  package typealias Draw =
    @Sendable (_ area: PixelRectangle, _ samples: UnsafeMutableRawPointer, _ stride: Int) -> Void

  /// Writes the file, complete or not at all; its suffix tells the format.
  /// - Parameter options: libvips' for that format: "tile,pyramid,compression=jpeg".
  /// - Throws: `FileWriteError`.
  package func write(to path: String, options: String = "", draw: @escaping Draw) throws {
    let target = URL(fileURLWithPath: path)
    // libvips knows formats by the suffix, so the temporary name ends with it too.
    let suffix = target.pathExtension.isEmpty ? "" : "." + target.pathExtension
    let name = ".relprop-\(String(UInt64.random(in: .min ... .max), radix: 36))\(suffix)"
    let temporary = target.deletingLastPathComponent().appendingPathComponent(name).path
    defer { unlink(temporary) }
    var message: UnsafeMutablePointer<CChar>?
    guard save(options.isEmpty ? temporary : "\(temporary)[\(options)]", draw, &message) == 0 else {
      defer { vips_shim_free(message) }
      let text = message.map { String(cString: $0) } ?? "unknown failure"
      throw FileWriteError(path: path, reason: text.split(separator: "\n").joined(separator: "; "))
    }
    let descriptor = open(temporary, O_RDONLY | O_CLOEXEC)
    defer { close(descriptor) }
    guard descriptor >= 0, fsync(descriptor) == 0, rename(temporary, path) == 0 else {
      throw FileWriteError(path: path, errno: errno)
    }
  }

  /// Keeps `draw` alive for C.
  private final class Box: Sendable {
    let draw: Draw
    init(_ draw: @escaping Draw) { self.draw = draw }
  }

  private func save(_ target: String, _ draw: @escaping Draw, _ message: inout UnsafeMutablePointer<CChar>?) -> Int32 {
    let box = Box(draw)
    return withExtendedLifetime(box) {
      (description ?? "").withCString { text in
        let drawing = vips_shim_drawing(
          width: Int32(width), height: Int32(height), bands: Int32(bands), is_wide: isWide ? 1 : 0, microns: pixelSize,
          orientation: Int32(orientation), description: description == nil ? nil : text)
        return vips_shim_save(
          target, drawing,
          { context, x, y, width, height, samples, stride in
            let area = PixelRectangle(x: Int(x), y: Int(y), width: Int(width), height: Int(height))
            Unmanaged<Box>.fromOpaque(context!).takeUnretainedValue().draw(area, samples, stride)
            return 0
          }, Unmanaged.passUnretained(box).toOpaque(), &message)
      }
    }
  }
}
