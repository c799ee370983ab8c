import Imaging
import RelevancePropagation
import Scenes

/// A scene, and the same moved near and far: what its maps lose by where the pixel grid lies.
struct MovedScene {
  let scene: Scene
  /// `[3, C, H, W]`: in its place, moved near, moved far.
  let images: Tensor

  /// Odd numbers: even ones keep the place of early poolings' windows.
  static let near = Shift(0, 1)
  static let far = Shift(0, 9)
  /// Standard deviation of roughness' Gaussian, in pixels.
  static let sigma = 1.0

  init(_ scene: Scene, _ preprocessor: Preprocessor) throws {
    self.scene = scene
    let image = try preprocessor.input(Photograph(width: scene.size, height: scene.size, pixels: scene.image)).tensor
    images = Tensor.stack([image, Self.moved(image, by: Self.near), Self.moved(image, by: Self.far)])
  }

  /// What is measured of one kind of map.
  struct Numbers {
    var instability: Double
    var farInstability: Double
    var roughness: Double
    /// Nil where no relevance is positive.
    var inside: Double?
  }

  /// - Parameter maps: of the three images.
  func numbers(of maps: [PixelMap]) -> Numbers {
    Numbers(
      instability: maps[0].instability(maps[1], by: Self.near),
      farInstability: maps[0].instability(maps[2], by: Self.far), roughness: maps[0].roughness(sigma: Self.sigma),
      inside: scene.shareInside(ofPositive: maps[0].values.map { Float($0) }))
  }

  /// The image as `explain --translate-border edge` moves it.
  private static func moved(_ image: Tensor, by shift: Shift) -> Tensor {
    let (channels, height, width) = (image.shape[0], image.shape[1], image.shape[2])
    let scalars = image.scalars
    return Tensor(
      shape: image.shape,
      scalars: (0..<channels * height * width).map { index in
        let i = min(max(index / width % height - shift.dy, 0), height - 1)
        let j = min(max(index % width - shift.dx, 0), width - 1)
        return scalars[(index / (width * height) * height + i) * width + j]
      })
  }
}
