import Imaging
import Scanning

/// A large image's file as a scan reads it.
struct ImageSource: PixelSource {
  private let reader: RegionReader

  init(_ reader: RegionReader) { self.reader = reader }

  func read(_ rectangle: PixelRectangle) throws -> PixelBlock {
    let region = try reader.read(x: rectangle.x, y: rectangle.y, width: rectangle.width, height: rectangle.height)
    return PixelBlock(
      .bytes(region.pixels),
      unreadable: region.unreadable.map {
        PixelRectangle(x: rectangle.x + $0.x, y: rectangle.y + $0.y, width: $0.width, height: $0.height)
      })
  }
}
