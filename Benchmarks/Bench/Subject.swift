import BenchmarkNetworks
import ModelFormats
import RelevancePropagation

/// The network that is measured, with the bounds of its input and images to feed it.
struct Subject {
  let network: Network
  let name: String
  let preprocessing: Preprocessing

  init(_ options: BenchmarkOptions) throws {
    if let path = options.model {
      let model = try ModelFile.load(path: path, inputSize: options.side.map { Extent($0) })
      network = try model.network.canonized()
      name = model.architecture
      preprocessing = model.preprocessing
    } else {
      let vgg = options.quick ? VGG16.tiny : VGG16(side: options.side ?? 224)
      network = try RandomNetworks.vgg16(vgg).canonized()
      name = network.name
      preprocessing = .torchvision
    }
  }

  /// `[N, C, H, W]`, uniform between the values of black and white.
  func images(_ count: Int, seed: UInt64 = 224) -> Tensor {
    let shape = network.inputShape
    let unit = RandomNetworks.tensor(Shape([count] + shape.extents), seed: seed).scalars
    let (low, high) = (preprocessing.low, preprocessing.high)
    let plane = shape.count / shape[0]
    return Tensor(
      shape: Shape([count] + shape.extents),
      scalars: unit.enumerated().map { index, value in
        let channel = index / plane % shape[0]
        return low[channel] + (high[channel] - low[channel]) * (value + 1) / 2
      })
  }
}
