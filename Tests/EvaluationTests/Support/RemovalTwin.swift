import Foundation

@testable import Evaluation
@testable import RelevancePropagation

/// Removals as the definitions say, image by image on the host: what the device's kernels are compared with.
struct RemovalTwin {
  let low: [Float]
  let high: [Float]

  /// x_0 … x_K.
  func images(_ image: RemovalImage, _ sequence: [Int32], _ removal: Removal, steps: Int) -> [Tensor] {
    let shape = image.tensor.shape
    let (height, width) = (shape[1], shape[2])
    let r = replaced(image, removal.replacement)
    let across = (width + removal.unit.edge - 1) / removal.unit.edge
    return (0...steps).map { step in
      let gone = Set(sequence.prefix(step * removal.unitsPerStep).map { Int($0) })
      var scalars = image.tensor.scalars
      for c in 0..<shape[0] {
        for y in 0..<height {
          for x in 0..<width where gone.contains(y / removal.unit.edge * across + x / removal.unit.edge) {
            scalars[(c * height + y) * width + x] = r[(c * height + y) * width + x]
          }
        }
      }
      return Tensor(shape: shape, scalars: scalars)
    }
  }

  func replaced(_ image: RemovalImage, _ replacement: Replacement) -> [Float] {
    let (x, shape) = (image.tensor.scalars, image.tensor.shape)
    let area = shape[1] * shape[2]
    return x.indices.map { index in
      let (c, pixel) = (index / area, index % area)
      switch replacement {
      case .zero: return 0
      case .low: return low[c]
      case .negation: return -x[index]
      case .inversion: return low[c] + high[c] - x[index]
      case .mean: return Float(x[c * area..<(c + 1) * area].reduce(0.0) { $0 + Double($1) } / Double(area))
      case .given: return image.given!.scalars[index]
      case .uniform(let seed):
        var first = SplitMix64(seed: seed)
        // The number at place pixel * C + c of the image's own sequence.
        var numbers = SplitMix64(seed: first.next() ^ image.key)
        for _ in 0..<pixel * shape[0] + c { _ = numbers.next() }
        return low[c] + (high[c] - low[c]) * (Float(numbers.next() >> 40) * 0x1p-24)
      case .blur(let deviation): return blurred(x, shape, c, pixel, deviation)
      }
    }
  }

  private func blurred(_ x: [Float], _ shape: Shape, _ c: Int, _ pixel: Int, _ deviation: Float) -> Float {
    let reach = Int((3 * deviation).rounded(.up))
    let (row, column) = (pixel / shape[2], pixel % shape[2])
    func weight(_ d: Int) -> Double { exp(-0.5 * pow(Double(d) / Double(deviation), 2)) }
    let all = (-reach...reach).reduce(0) { $0 + weight($1) }
    var sum = 0.0
    for dy in -reach...reach {
      for dx in -reach...reach {
        let (y, z) = (min(max(row + dy, 0), shape[1] - 1), min(max(column + dx, 0), shape[2] - 1))
        sum += weight(dy) * weight(dx) / (all * all) * Double(x[(c * shape[1] + y) * shape[2] + z])
      }
    }
    return Float(sum)
  }
}
