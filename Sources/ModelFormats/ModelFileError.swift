/// A model file that cannot be used: which file, where in it, expected and found, and what to do.
///
///     vgg16.pth: features.28.weight: expected [512, 512, 3, 3], found [512, 3, 3, 512]; is the file channels-last?
public struct ModelFileError: Error, CustomStringConvertible, Equatable {
  /// Path as the caller gave it; empty until `ModelFile` fills it in.
  public var file: String
  /// The tensor, node or part of the file; empty where the whole file is meant.
  public var place: String
  public var problem: String
  public var remedy: String

  public init(file: String = "", at place: String = "", _ problem: String, remedy: String = "") {
    self.file = file
    self.place = place
    self.problem = problem
    self.remedy = remedy
  }

  public var description: String {
    [file, place, problem].filter { !$0.isEmpty }.joined(separator: ": ") + (remedy.isEmpty ? "" : "; \(remedy)")
  }
}
