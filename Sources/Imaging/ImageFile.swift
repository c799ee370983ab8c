import Foundation
import VipsShim

/// An image file whose header has been read and whose pixels have not.
///
/// Photographs are decoded from it as a whole; `RegionReader` reads images too large for that.
struct ImageFile: ~Copyable {
  let path: String
  /// In pixels, after EXIF rotation.
  let width: Int
  let height: Int
  private let image: OpaquePointer

  /// Largest image that is decoded as a whole, in pixels: 6 GiB at 8 bits a sample.
  static let pixelLimit = 1 << 31

  /// - Throws: `ImageError`: no such file, a folder, empty, no image, an unknown or damaged format.
  init(path: String) throws {
    try Self.checkIsFile(path)
    var message: UnsafeMutablePointer<CChar>?
    guard let image = vips_shim_open(path, Int64(Self.pixelLimit), &message) else {
      throw Self.error(path, message)
    }
    self.path = path
    self.image = image
    width = Int(vips_shim_width(image))
    height = Int(vips_shim_height(image))
  }

  deinit { vips_shim_close(image) }

  /// All pixels as RGB.
  /// - Throws: `ImageError` where the file is truncated, damaged or too large.
  func decode() throws -> Photograph {
    guard width * height <= Self.pixelLimit else {
      throw ImageError(
        path: path, found: "\(width) × \(height) pixels are too many to decode at once (limit \(Self.pixelLimit))",
        remedy: "cut out the part to explain")
    }
    let count = width * height * 3
    var message: UnsafeMutablePointer<CChar>?
    if vips_shim_is_wide(image) != 0 {
      let samples = [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
        let failed = vips_shim_decode_floats(image, buffer.baseAddress!, &message)
        initialized = failed == 0 ? count : 0
      }
      guard samples.count == count else { throw Self.error(path, message) }
      return Photograph(width: width, height: height, samples: samples)
    }
    let pixels = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      let failed = vips_shim_decode_bytes(image, buffer.baseAddress!, &message)
      initialized = failed == 0 ? count : 0
    }
    guard pixels.count == count else { throw Self.error(path, message) }
    return Photograph(width: width, height: height, pixels: pixels)
  }

  static func checkIsFile(_ path: String) throws {
    var status = stat()
    guard stat(path, &status) == 0 else {
      throw ImageError(path: path, found: String(cString: strerror(errno)))
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw status.st_mode & S_IFMT == S_IFDIR
        ? ImageError(path: path, found: "it is a folder", remedy: "name the images in it")
        : ImageError(path: path, found: "it is no regular file")
    }
    guard status.st_size > 0 else { throw ImageError(path: path, found: "it is empty") }
    guard access(path, R_OK) == 0 else {
      throw ImageError(path: path, found: String(cString: strerror(errno)), remedy: "it must be readable")
    }
  }

  /// What libvips' `message`, which is freed, says of a file.
  static func error(
    _ path: String, _ message: UnsafeMutablePointer<CChar>?, isNoImage: Bool = false
  ) -> ImageError {
    defer { vips_shim_free(message) }
    let text = message.map { String(cString: $0) } ?? "unknown failure"
    if isNoImage || text.hasSuffix(String(cString: vips_shim_no_image)) {
      return ImageError(
        path: path, found: "it is no image", remedy: "give a JPEG, PNG, TIFF, WebP or GIF file")
    }
    // libvips tells every step that failed, the first cause first.
    return ImageError(
      path: path, found: "it cannot be decoded: \(text.split(separator: "\n").joined(separator: "; "))",
      remedy: "it may be truncated or damaged")
  }
}
