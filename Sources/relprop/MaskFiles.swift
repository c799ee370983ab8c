import Evaluation
import Foundation
import Imaging
import RelevancePropagation

/// Where relevance is expected in images: NAME_mask.png beside NAME.png, or boxes from a file.
struct MaskFiles: Sendable {
  /// Boxes by the name of the image's file; nil where masks lie beside the images.
  private let boxes: [String: [RelevanceMask.Box]]?
  private let isOff: Bool
  private let preprocessor: Preprocessor

  static let suffix = "_mask"

  /// - Parameter preprocessing: that of the images: masks are brought to the network's size in the same way.
  /// - Throws: `CommandError` where the boxes cannot be read; `PreprocessorError`.
  init(boxes path: String?, isOff: Bool, _ preprocessing: Preprocessing, inputShape: Shape) throws {
    self.isOff = isOff
    boxes = try path.map { path in
      guard let data = FileManager.default.contents(atPath: path) else {
        throw CommandError("--boxes \(path): the file cannot be read")
      }
      do { return try JSONDecoder().decode([String: [RelevanceMask.Box]].self, from: data) } catch {
        throw CommandError(
          "--boxes \(path): expected {\"photo.jpg\": [{\"x\": 1, \"y\": 2, \"width\": 30, \"height\": 40}]}")
      }
    }
    var grey = preprocessing
    (grey.channelOrder, grey.scale, grey.mean, grey.deviation) = (.grey, 1 / 255.0, [0], [1])
    preprocessor = try Preprocessor(grey, inputShape: [1, inputShape[1], inputShape[2]])
  }

  /// The mask of an image, of the network's input size; nil where it has none.
  /// - Throws: `CommandError` for a mask of another size than the photograph; `EvaluationError` for an empty one.
  func mask(of path: String, _ photograph: Photograph) throws -> RelevanceMask? {
    guard !isOff, let mask = try photographOfMask(of: path, photograph) else { return nil }
    let fitted = try preprocessor.input(mask).tensor
    return try RelevanceMask(
      height: fitted.shape[1], width: fitted.shape[2], inside: fitted.scalars.map { $0 >= 0.5 })
  }

  /// What may change the mask of an image, for the digest of its results.
  func source(of path: String) -> String? {
    if isOff { return nil }
    guard let boxes else { return Self.path(of: path) }
    return boxes[(path as NSString).lastPathComponent].map { "\($0)" }
  }

  private func photographOfMask(of path: String, _ photograph: Photograph) throws -> Photograph? {
    if let boxes {
      guard let own = boxes[(path as NSString).lastPathComponent] else { return nil }
      let mask: RelevanceMask
      do { mask = try RelevanceMask(height: photograph.height, width: photograph.width, boxes: own) } catch {
        throw CommandError("\(path): \(error)")
      }
      return Photograph(
        width: mask.width, height: mask.height, pixels: mask.inside.flatMap { Array(repeating: $0 ? 255 : 0, count: 3) }
      )
    }
    guard let file = Self.path(of: path), access(file, F_OK) == 0 else { return nil }
    let mask = try Photograph(path: file)
    guard (mask.width, mask.height) == (photograph.width, photograph.height) else {
      throw CommandError(
        "\(file): the mask has \(mask.width) × \(mask.height) pixels, its photograph \(photograph.width) × "
          + "\(photograph.height); they must be of one size")
    }
    return mask
  }

  /// "photos/a.jpg" -> "photos/a_mask.png".
  private static func path(of image: String) -> String? {
    (image as NSString).deletingPathExtension + suffix + ".png"
  }

  /// The images that are not masks of others.
  static func withoutMasks(_ images: [ImageFiles.Found]) -> [ImageFiles.Found] {
    let stems = Set(images.map { ($0.path as NSString).deletingPathExtension })
    return images.filter { image in
      let stem = (image.path as NSString).deletingPathExtension
      return !(stem.hasSuffix(suffix) && stems.contains(String(stem.dropLast(suffix.count))))
    }
  }
}
