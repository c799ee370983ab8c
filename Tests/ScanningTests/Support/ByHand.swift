import RelevancePropagation

@testable import Scanning

/// A scan by definition: windows are explained one by one from tensors, and added on the host in the order of the grid.
struct ByHand {
  /// `[planes + 1, height, width]`.
  private(set) var planes: [Float]
  /// One a window that was explained, in order.
  private(set) var scores: [Float] = []

  init(
    _ image: TestImage, _ grid: WindowGrid, explainer: Explainer,
    preprocessing: Preprocessing = WindowNetwork.preprocessing,
    combine: WindowCombination = .sum, target: WindowTarget = .fixed(2), keepsChannels: Bool = false,
    isExplained: (Int, Int) -> Bool = { _, _ in true }
  ) throws {
    let shape = explainer.network.inputShape
    let (height, width) = (grid.extent.vertical, grid.extent.horizontal)
    let area = height * width
    let count = keepsChannels ? shape[0] : 1
    planes = [Float](repeating: 0, count: (count + 1) * area)
    let cut = TestImage(region: grid.region, of: image)
    for (y, x) in grid.offsets where isExplained(y, x) {
      let window = cut.window(y: y, x: x, shape: shape, preprocessing)
      let explanation = try explainer.explain(.stack([window])) { scores in
        if case .fixed(let index) = target { index } else { scores.topClass }
      }[0]
      scores.append(explanation.score)
      let relevance = explanation.relevance.scalars
      for i in 0..<shape[1] where y + i < height {
        for j in 0..<shape[2] where x + j < width {
          let pixel = (y + i) * width + x + j
          let values = (0..<shape[0]).map { relevance[($0 * shape[1] + i) * shape[2] + j] }
          if keepsChannels {
            for (c, value) in values.enumerated() { planes[c * area + pixel] += value }
          } else {
            planes[pixel] += values.reduce(0, +)
          }
          planes[count * area + pixel] += 1
        }
      }
    }
    guard combine == .mean else { return }
    for pixel in 0..<area {
      let coverage = planes[count * area + pixel]
      for plane in 0..<count {
        planes[plane * area + pixel] = coverage > 0 ? planes[plane * area + pixel] / coverage : 0
      }
    }
  }

  var bits: [UInt32] { planes.map(\.bitPattern) }
}

extension TestImage {
  /// A part as an image of its own.
  convenience init(region: PixelRectangle, of image: TestImage) {
    self.init(
      width: region.width, height: region.height,
      pixels: region.rows.flatMap { y in
        image.pixels[3 * (y * image.width + region.x)..<3 * (y * image.width + region.columns.upperBound)]
      })
  }
}
