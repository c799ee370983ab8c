import Foundation
import Imaging

/// How much smaller each level of a pyramid is than the one before. A store's levels are halves; a pyramid may take every
/// second, third or fourth of them. ASAP lays two pyramids over each other rightly only where their factors are equal.
public enum LevelFactor {
  public static let choices = [2, 4, 8, 16]

  /// The factor between the levels of an image.
  /// - Throws: `ImageError`; `ExportError` where the image has no levels, or their factors are none of the choices.
  public static func ofImage(_ path: String) throws -> Int {
    let levels = try RegionReader(path: path).levels
    guard levels.count > 1 else {
      throw ExportError("\(path): the image has one level, so it sets no factor; give --level-factor a number")
    }
    // Widths are rounded, so factors are so only nearly.
    let factors = zip(levels, levels.dropFirst()).map { Double($0.width) / Double($1.width) }
    guard let choice = choices.first(where: { choice in factors.allSatisfy { abs($0 / Double(choice) - 1) < 0.02 } })
    else {
      let found = factors.map { String(format: "%.3g", $0) }.joined(separator: ", ")
      throw ExportError(
        "\(path): its levels are smaller by \(found); a map's can all be by one of "
          + "\(choices.map(String.init).joined(separator: ", ")); give --level-factor one of them")
    }
    return choice
  }
}
