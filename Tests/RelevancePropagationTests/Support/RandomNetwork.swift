@testable import RelevancePropagation

/// A chain of convolutions, rectifiers, poolings and dense layers that a seed chooses, with sizes on both sides of what makes
/// the kernels choose another way: few and many channels and tiles, odd and large images, strides, several images and targets.
struct RandomNetwork: CustomStringConvertible {
  let network: Network
  let batch: Int
  let targets: Int
  let description: String

  /// Work of a forward pass at most.
  private static let mostFLOP = 1.2e9

  /// The next seed gives the next network. The first layer is a rectifier: denominators of z⁺ are then bounded below.
  init(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    func pick<T>(_ items: [T]) -> T { items[Int(random.next() % UInt64(items.count))] }
    func weights(_ shape: Shape, of terms: Int) -> Tensor {
      let scale = 3 / Float(terms).squareRoot()
      return Tensor(shape: shape, scalars: random.units(shape.count).map { $0 * scale })
    }
    batch = pick([1, 1, 2, 5])
    targets = pick([1, 1, 3])
    var channels = pick([1, 3, 4, 16, 33, 64, 100, 130, 224, 256, 300])
    var height = pick([1, 2, 7, 14, 28, 33, 56, 61, 112, 131])
    var width = pick([1, 3, 9, 14, 28, 40, 57, 112, 150])
    let input: Shape = [channels, height, width]
    var layers: [(String, any Layer)] = [("relu", ReLU())]
    var story = "seed \(seed): \(batch) × \(input), \(targets) target(s)"
    var left = Self.mostFLOP
    for number in 1...pick([1, 2, 3, 4]) {
      let outputs = pick([1, 2, 5, 16, 31, 64, 65, 96, 128, 200, 256, 520])
      let (kernel, stride) = (pick([1, 3, 3, 3, 3, 5]), pick([1, 1, 1, 2]))
      let padding = pick([kernel / 2, kernel / 2, 0])
      let (rows, columns) = ((height + 2 * padding - kernel) / stride + 1, (width + 2 * padding - kernel) / stride + 1)
      let terms = channels * kernel * kernel
      guard min(height, width) + 2 * padding >= kernel, left > 2 * Double(terms * outputs * rows * columns) else {
        continue
      }
      left -= 2 * Double(terms * outputs * rows * columns)
      let bias = pick([true, false]) ? weights([outputs], of: 100) : nil
      layers += [
        (
          "conv\(number)",
          Convolution(
            weight: weights([outputs, channels, kernel, kernel], of: terms), bias: bias, stride: Extent(stride),
            padding: Padding(padding, padding))
        ), ("relu\(number)", ReLU()),
      ]
      story += ", \(outputs) filters of \(kernel) × \(kernel) by \(stride)"
      (channels, height, width) = (outputs, rows, columns)
      guard pick([true, false, false]), min(height, width) >= 3 else { continue }
      let (kernelOfPooling, ceilMode) = (pick([2, 3]), pick([false, true]))
      let pooling = MaxPooling(
        window: PoolingWindow(kernel: Extent(kernelOfPooling), stride: Extent(2), ceilMode: ceilMode))
      layers.append(("pool\(number)", pooling))
      story += ", pooling \(kernelOfPooling)\(ceilMode ? " ceil" : "")"
      let pooled = try pooling.outputShape(for: [[channels, height, width]])
      (height, width) = (pooled[1], pooled[2])
    }
    layers.append(("flatten", Reshape.flatten))
    let (features, hidden) = (channels * height * width, pick([10, 100, 1030]))
    if features * hidden < 20_000_000 {
      layers += [
        ("dense", Dense(weight: weights([hidden, features], of: features), bias: nil)), ("relud", ReLU()),
        ("top", Dense(weight: weights([7, hidden], of: hidden), bias: weights([7], of: 10))),
      ]
      story += ", \(hidden) and 7 units"
    }
    network = try .chain(layers, input: input)
    description = story
  }
}
