import Imaging
import RelevancePropagation
import Scanning

/// A large image's file as a scan reads it.
struct ImageSource: PixelSource {
  private let reader: RegionReader
  private let preprocessor: Preprocessor

  init(_ reader: RegionReader, _ preprocessor: Preprocessor) {
    (self.reader, self.preprocessor) = (reader, preprocessor)
  }

  func read(_ rectangle: PixelRectangle) throws -> PixelBlock {
    let region = try reader.read(x: rectangle.x, y: rectangle.y, width: rectangle.width, height: rectangle.height)
    let samples: PixelBlock.Samples =
      switch region.samples {
      case .bytes(let bytes): .bytes(bytes)
      case .floats(let floats):
        .planes(preprocessor.planes(floats, width: rectangle.width, height: rectangle.height).scalars)
      }
    return PixelBlock(
      samples, unreadable: region.unreadable.map { $0.moved(x: rectangle.x, y: rectangle.y) })
  }
}
