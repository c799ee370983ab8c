@testable import RelevancePropagation

/// Translation averaging written from its definition, in Double, one copy after the other.
struct TranslationTwin {
  let shifts: [Shift]
  let border: TranslationBorder
  let divisor: TranslationDivisor

  /// S_t x of `[C, H, W]`; `margin` pixels more on each side of x for copies that are cut out.
  func moved(_ x: Tensor, by shift: Shift, margin: Extent = Extent(0)) -> Tensor {
    let (channels, rows, columns) = (x.shape[0], x.shape[1], x.shape[2])
    let (height, width) = (rows - 2 * margin.vertical, columns - 2 * margin.horizontal)
    let values = x.scalars
    var result: [Float] = []
    for c in 0..<channels {
      for i in 0..<height {
        for j in 0..<width {
          let (row, column) = (i + margin.vertical - shift.dy, j + margin.horizontal - shift.dx)
          let isInside = (0..<rows).contains(row) && (0..<columns).contains(column)
          func at(_ row: Int, _ column: Int) -> Float { values[(c * rows + row) * columns + column] }
          switch border {
          case .zero where !isInside: result.append(0)
          case .low(let low) where !isInside: result.append(low[c])
          case .crop where !isInside: preconditionFailure("a copy beyond its source")
          default: result.append(at(min(max(row, 0), rows - 1), min(max(column, 0), columns - 1)))
          }
        }
      }
    }
    return Tensor(shape: [channels, height, width], scalars: result)
  }

  /// The mean map and the variance of its pixels, from each copy's relevance `[C, H, W]`.
  func average(_ relevance: [Tensor]) -> (map: [Double], variance: [Double]) {
    let (channels, height, width) = (relevance[0].shape[0], relevance[0].shape[1], relevance[0].shape[2])
    let area = height * width
    var (map, variance) = ([Double](repeating: 0, count: channels * area), [Double](repeating: 0, count: area))
    for pixel in 0..<area {
      // Every shift's relevance of the pixel, per channel; nil where its place lies outside.
      let values: [[Double]?] = zip(shifts, relevance).map { shift, tensor in
        let (i, j) = (pixel / width + shift.dy, pixel % width + shift.dx)
        guard (0..<height).contains(i), (0..<width).contains(j) else { return nil }
        return (0..<channels).map { Double(tensor.scalars[($0 * height + i) * width + j]) }
      }
      let counted =
        divisor == .total ? values.map { $0 ?? Array(repeating: 0, count: channels) } : values.compactMap { $0 }
      guard !counted.isEmpty else { continue }
      for c in 0..<channels { map[c * area + pixel] = counted.reduce(0) { $0 + $1[c] } / Double(counted.count) }
      let sums = counted.map { $0.reduce(0, +) }
      let mean = sums.reduce(0, +) / Double(sums.count)
      variance[pixel] = sums.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(sums.count)
    }
    return (map, variance)
  }
}
