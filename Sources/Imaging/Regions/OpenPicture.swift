import VipsShim

/// A picture in an image file, open in libvips.
final class OpenPicture {
  let path: String
  let form: vips_shim_form
  private let regions: OpaquePointer

  /// - Parameters:
  ///   - inOrder: rows will be read from top to bottom, once.
  ///   - ground: what shows through transparent pixels, 0 black … 1 white.
  /// - Throws: `ImageError`.
  init(path: String, picture: vips_shim_picture = .first, inOrder: Bool, ground: Double) throws {
    var message: UnsafeMutablePointer<CChar>?
    var form = vips_shim_form()
    guard let regions = vips_shim_regions_open(path, picture, inOrder ? 1 : 0, ground, &form, &message) else {
      throw ImageFile.error(path, message)
    }
    self.path = path
    self.form = form
    self.regions = regions
  }

  deinit { vips_shim_regions_close(regions) }

  var width: Int { Int(form.width) }
  var height: Int { Int(form.height) }
  var isWide: Bool { form.is_wide != 0 }

  /// A field of the header as text.
  func field(_ name: String) -> String? {
    guard let text = vips_shim_regions_field(regions, name) else { return nil }
    defer { vips_shim_free(text) }
    return String(cString: text)
  }

  /// Fills `buffer`; false where libvips complained of anything, and the buffer may hold anything.
  func read(into buffer: PixelBuffer) -> Bool {
    var message: UnsafeMutablePointer<CChar>?
    let area = buffer.area
    let failed = vips_shim_regions_read(
      regions, Int32(area.x), Int32(area.y), Int32(area.width), Int32(area.height), buffer.base, buffer.stride,
      &message)
    vips_shim_free(message)
    return failed == 0
  }

  /// Drops what libvips keeps decoded.
  func forget() { vips_shim_regions_forget(regions) }
}

extension vips_shim_picture {
  static var first: vips_shim_picture { vips_shim_picture(kind: VIPS_SHIM_FIRST, page: 0, part: -1) }
}
