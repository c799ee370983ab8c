import Evaluation
import Imaging
import RelevancePropagation
import Scenes

/// Scenes with what the networks read of them.
struct SceneGroup {
  let scenes: [Scene]
  /// `[N, 3, 96, 96]`.
  let inputs: Tensor
  /// Index of every scene's class among a network's outputs.
  var classes: [Int] { scenes.map(\.subject.index) }

  /// - Throws: `PreprocessorError`.
  init(_ scenes: [Scene], for network: TrainedNetwork) throws {
    let preprocessor = try Preprocessor(network.preprocessing, inputShape: network.network.inputShape)
    self.scenes = scenes
    inputs = Tensor.stack(try scenes.map { try preprocessor.input($0.photograph).tensor })
  }

  /// The scenes of these places.
  func chosen(_ places: [Int]) -> SceneGroup {
    SceneGroup(scenes: places.map { scenes[$0] }, inputs: Tensor.stack(places.map { inputs[$0] }))
  }

  private init(scenes: [Scene], inputs: Tensor) { (self.scenes, self.inputs) = (scenes, inputs) }

  /// `count` scenes of all classes in turn.
  static func scenes(_ count: Int, seed: UInt64, marked: Set<SceneClass> = []) throws -> [Scene] {
    let set = try SceneSet(count: count, seed: seed, marked: marked)
    return try (0..<count).map { try set.scene(at: $0) }
  }
}

extension Scene {
  var photograph: Photograph { Photograph(width: size, height: size, pixels: image) }
  var picture: Picture { Picture(width: size, height: size, pixels: image) }

  /// Where the subject is.
  func subjectMask() throws -> RelevanceMask {
    try RelevanceMask(height: size, width: size, inside: mask.map { $0 != 0 })
  }
}

extension Scene.Box {
  /// The box in a picture of `size` × `size`.
  func mask(size: Int) throws -> RelevanceMask {
    try RelevanceMask(height: size, width: size, boxes: [.init(x: x, y: y, width: width, height: height)])
  }
}
