import RelevancePropagation

/// What makes the maps that are judged: a method, or one of three ways that are known to be wrong, which scores worth their
/// name rank last.
public enum EvaluatedMethod: Sendable {
  case method(Method)
  /// Numbers drawn at random.
  case random(seed: UInt64)
  /// The method's map of another image.
  case otherImage(Method)
  /// The method's map with the opposite sign.
  case negative(Method)

  public static let randomName = "random"
  public static let otherImageName = "other-image"
  public static let negativeName = "negative"

  /// What tables call it.
  public var label: String {
    switch self {
    case .method(let method): method.label
    case .random: Self.randomName
    case .otherImage(let method): "\(Self.otherImageName) of \(method.label)"
    case .negative(let method): "\(Self.negativeName) of \(method.label)"
    }
  }

  /// The method that has to run for it.
  public var base: Method? {
    switch self {
    case .method(let method), .otherImage(let method), .negative(let method): method
    case .random: nil
    }
  }

  /// Whether its maps belong to their images, so that they may be compared when images move.
  public var explains: Bool { if case .method = self { true } else { false } }

  /// The map of every image, or why it cannot be judged.
  ///
  /// - Parameter runner: of `base`.
  /// - Throws: `ComputeError` and other errors that every further image would meet.
  public func maps(
    of images: [EvaluatedImage], with runner: MethodRunner?
  ) throws -> [Result<RelevanceMap, EvaluationError>] {
    switch self {
    case .random(let seed):
      return images.map {
        let shape = $0.tensor.shape
        return .success(.random(height: shape[1], width: shape[2], seed: seed ^ $0.key))
      }
    case .method: return try Self.relevance(images.map { ($0.tensor, $0.target) }, runner!)
    case .negative: return try Self.relevance(images.map { ($0.tensor, $0.target) }, runner!).map { $0.map(\.negated) }
    case .otherImage:
      let others = images.map { image in image.other ?? .init(image.tensor, target: image.target) }
      let maps = try Self.relevance(others.map { ($0.tensor, $0.target) }, runner!)
      return zip(images, maps).map { image, map in
        image.other == nil ? .failure(EvaluationError("there is no other image whose map could be taken")) : map
      }
    }
  }

  private static func relevance(
    _ images: [(Tensor, Int)], _ runner: MethodRunner
  ) throws -> [Result<RelevanceMap, EvaluationError>] {
    let relevance = try runner.relevance(of: images.map(\.0), classes: images.map(\.1))
    return relevance.map { map in
      do { return .success(try RelevanceMap(map)) } catch {
        return .failure(error as? EvaluationError ?? EvaluationError("\(error)"))
      }
    }
  }
}
