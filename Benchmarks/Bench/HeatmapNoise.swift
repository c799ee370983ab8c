import Foundation
import RelevancePropagation

/// Relevance of each pixel, channels summed, in Double, and how noisy it is.
struct PixelMap {
  let width: Int
  let height: Int
  /// Rows from the top.
  let values: [Double]

  /// - Parameter relevance: `[C, H, W]`.
  init(_ relevance: Tensor) {
    (height, width) = (relevance.shape[1], relevance.shape[2])
    let (scalars, area) = (relevance.scalars, relevance.shape[1] * relevance.shape[2])
    values = (0..<area).map { pixel in
      stride(from: pixel, to: scalars.count, by: area).reduce(0) { $0 + Double(scalars[$1]) }
    }
  }

  init(width: Int, height: Int, values: [Double]) {
    precondition(values.count == width * height, "\(values.count) values of \(width) × \(height) pixels")
    (self.width, self.height, self.values) = (width, height, values)
  }

  /// ‖R − G_σ * R‖₂ / ‖R‖₂: the share of the map's energy that neighbouring pixels do not have in common. 0 for a map of zeros.
  func roughness(sigma: Double) -> Double {
    let smooth = blurred(sigma: sigma).values
    let (rest, all) = zip(values, smooth).reduce(into: (0.0, 0.0)) { sums, pair in
      sums.0 += (pair.0 - pair.1) * (pair.0 - pair.1)
      sums.1 += pair.0 * pair.0
    }
    return all > 0 ? (rest / all).squareRoot() : 0
  }

  /// ‖R(x) − U_t R(S_t x)‖₁ / ‖R(x)‖₁ over the pixels that both maps have: what moving the image changes.
  ///
  /// - Parameter moved: the map of the moved image. This map must not be of zeros alone.
  func instability(_ moved: PixelMap, by shift: Shift) -> Double {
    var (difference, all) = (0.0, 0.0)
    for i in max(0, -shift.dy)..<min(height, height - shift.dy) {
      for j in max(0, -shift.dx)..<min(width, width - shift.dx) {
        let value = values[i * width + j]
        difference += abs(value - moved.values[(i + shift.dy) * width + j + shift.dx])
        all += abs(value)
      }
    }
    return all > 0 ? difference / all : 0
  }

  /// G_σ * R with a Gaussian cut off at 4σ; outside lies the nearest pixel.
  func blurred(sigma: Double) -> PixelMap {
    let reach = Int((4 * sigma).rounded(.up))
    let weights = (-reach...reach).map { exp(-Double($0 * $0) / (2 * sigma * sigma)) }
    let total = weights.reduce(0, +)
    func pass(_ values: [Double], along step: (Int, Int)) -> [Double] {
      (0..<values.count).map { pixel in
        var sum = 0.0
        for (index, weight) in weights.enumerated() {
          let i = min(max(pixel / width + step.0 * (index - reach), 0), height - 1)
          let j = min(max(pixel % width + step.1 * (index - reach), 0), width - 1)
          sum += weight * values[i * width + j]
        }
        return sum / total
      }
    }
    return PixelMap(width: width, height: height, values: pass(pass(values, along: (1, 0)), along: (0, 1)))
  }
}
