/// Why a scene or a set of scenes could not be made.
public enum SceneError: Error, Sendable, Hashable, CustomStringConvertible {
  case unknownClass(String)
  case size(Int)
  case count(Int)
  /// A mosaic in which no scene of this size has room, or one too large for a file.
  case mosaic(width: Int, height: Int, size: Int)
  /// What libvips or librsvg said, and the scene that made them say it.
  case drawing(subject: SceneClass, seed: UInt64, message: String)
  case writing(path: String, message: String)

  public var description: String {
    switch self {
    case .unknownClass(let name):
      "no class of scenes is called \"\(name)\"; there are: "
        + SceneClass.allCases.map(\.label).joined(separator: ", ")
    case .size(let size):
      "a scene cannot be \(size) pixels wide; give a size of \(Scene.sizes.lowerBound) to \(Scene.sizes.upperBound)"
    case .count(let count):
      "cannot draw \(count) scenes; give a count of 1 or more"
    case .mosaic(let width, let height, let size):
      "a mosaic cannot be \(width) x \(height) pixels with scenes of \(size); give each side \(size + size / 8) to 16777216"
    case .drawing(let subject, let seed, let message):
      "\(subject.label), seed \(seed): could not be drawn: \(message)"
    case .writing(let path, let message):
      "\(path): could not be written: \(message)"
    }
  }
}
