internal import Compute

/// How the targets of a batch's images are chosen: from their scores or before them, by the device or by the host.
///
/// One class an image, the top one or one that all share, the device starts from by itself: forward and backward pass are then
/// enqueued together, and nothing waits between them. For every other choice the scores come down first.
public enum TargetChoice {
  /// Each image's class with the highest score, the first of equal ones.
  case topClass(Profile.Start)
  /// Known before the scores: the targets of every image.
  case given([[Target]])
  /// From an image's place in the batch and its scores.
  case chosen((_ image: Int, Scores) throws -> [Target])

  func targets(image: Int, scores: Scores) throws -> [Target] {
    switch self {
    case .topClass(let start): [.class(scores.topClass, start)]
    case .given(let targets): targets[image]
    case .chosen(let choose): try choose(image, scores)
    }
  }

  /// What the device starts a batch of so many images from; nil where the host has to choose.
  func classStart(images: Int) -> ClassStart? {
    switch self {
    case .topClass(let start): return ClassStart(index: nil, start: start)
    case .given(let targets):
      precondition(targets.count == images, "targets of \(targets.count) images for \(images)")
      guard let first = targets.first, first.count == 1, targets.allSatisfy({ $0 == first }) else { return nil }
      return switch first[0] {
      case .logit(let index): ClassStart(index: index, start: .logit)
      case .one(let index): ClassStart(index: index, start: .one)
      default: nil
      }
    case .chosen: return nil
    }
  }
}

/// A start relevance at one class of every image, which a kernel writes from the scores.
struct ClassStart {
  /// Nil for each image's top class.
  let index: Int?
  let start: Profile.Start

  /// Enqueues R at the output of `images` images of `count` scores.
  ///
  /// - Precondition: the scores lie on the device as they do on the host.
  func write(_ scores: Buffer<Float>, count: Int, images: Int, into relevance: Buffer<Float>, on engine: Engine) throws
  {
    try engine.launch(
      "class_start", grid: Grid(Engine.group.x, images), Int32(count), Int32(index ?? -1),
      Int32(start == .one ? 1 : 0), scores, relevance)
  }
}

extension Target {
  /// A class as a profile starts it.
  public static func `class`(_ index: Int, _ start: Profile.Start) -> Target {
    start == .one ? .one(index) : .logit(index)
  }
}
