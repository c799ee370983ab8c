import RelevancePropagation

/// One axis of an antialiased bilinear resize, as Pillow and so torchvision compute it.
///
/// The output pixel i is the average of the source pixels under a triangle centred at (i + ½)·n/m − ½, of half-width
/// max(n/m, 1) source pixels, for n source and m output pixels; its weights sum to 1. Made for a part of the output
/// only, it equals that part of the whole resize exactly and costs no more than the part.
///
/// libvips' own resize places the triangle at multiples of 1/64 pixel: up to 9 of 255 levels off Pillow in tried
/// photographs (0.25 on average), where this one is equal in every pixel.
struct ResampledAxis {
  /// The first source pixel and the weights from there on, for each output pixel.
  private(set) var first: [Int] = []
  private(set) var weights: [[Double]] = []
  /// All source pixels that are read.
  let source: Range<Int>

  /// - Parameters:
  ///   - sourceCount: n.
  ///   - count: m.
  ///   - part: the output pixels that are wanted.
  init(from sourceCount: Int, to count: Int, part: Range<Int>) {
    precondition(sourceCount > 0 && !part.isEmpty && part.lowerBound >= 0 && part.upperBound <= count)
    let scale = Double(sourceCount) / Double(count)
    let support = max(scale, 1)
    for i in part {
      let centre = (Double(i) + 0.5) * scale
      let start = max(Int(centre - support + 0.5), 0)
      let end = min(Int(centre + support + 0.5), sourceCount)
      // The reciprocal, not a division: it is what Pillow rounds.
      let triangle = (start..<end).map { max(1 - abs((Double($0) - centre + 0.5) * (1 / support)), 0) }
      let sum = triangle.reduce(0, +)
      first.append(start)
      weights.append(triangle.map { $0 / sum })
    }
    // Not simply first and last: the windows grow monotonically at both ends.
    source = first[0]..<first.last! + weights.last!.count
  }

  /// Output pixels, counted from the part's first, whose window meets `pixels` of the source.
  func reached(from pixels: Range<Int>) -> Range<Int>? {
    let start = first.indices.first { first[$0] + weights[$0].count > pixels.lowerBound }
    let end = first.lastIndex { $0 < pixels.upperBound }
    guard let start, let end, start <= end else { return nil }
    return start..<end + 1
  }
}

/// A sample of an image and how weighted sums of samples are formed.
protocol ResampledSample {
  associatedtype Weight
  static func weight(_ value: Double) -> Weight
  /// Σ weights[i] · samples[i · stride].
  static func average(_ samples: UnsafePointer<Self>, stride: Int, weights: UnsafeBufferPointer<Weight>) -> Self
}

extension UInt8: ResampledSample {
  /// Weights are rounded to 2⁻²² and each pass to whole levels, as in Pillow.
  static func weight(_ value: Double) -> Int { Int(value * 0x40_0000 + 0.5) }

  static func average(_ samples: UnsafePointer<UInt8>, stride: Int, weights: UnsafeBufferPointer<Int>) -> UInt8 {
    var sum = 0x20_0000
    for i in 0..<weights.count { sum &+= Int(samples[i &* stride]) &* weights[i] }
    return UInt8(Swift.min(sum >> 22, 255))
  }
}

extension Float: ResampledSample {
  static func weight(_ value: Double) -> Float { Float(value) }

  static func average(_ samples: UnsafePointer<Float>, stride: Int, weights: UnsafeBufferPointer<Float>) -> Float {
    var sum: Float = 0
    for i in 0..<weights.count { sum += samples[i &* stride] * weights[i] }
    return sum
  }
}

/// A part of an image resized along both axes: rows first, then columns, three channels interleaved.
struct Resampler {
  private let horizontal: ResampledAxis
  private let vertical: ResampledAxis
  private let sourceWidth: Int

  /// The part `columns` × `rows` of the image after a resize to `width` × `height`.
  init(sourceWidth: Int, sourceHeight: Int, width: Int, height: Int, columns: Range<Int>, rows: Range<Int>) {
    self.sourceWidth = sourceWidth
    horizontal = ResampledAxis(from: sourceWidth, to: width, part: columns)
    vertical = ResampledAxis(from: sourceHeight, to: height, part: rows)
  }

  /// Pixels of the part that any of the source's `area` enters, in the part's own coordinates; nil where none does.
  func reached(from area: PixelRectangle) -> PixelRectangle? {
    guard let columns = horizontal.reached(from: area.columns), let rows = vertical.reached(from: area.rows) else {
      return nil
    }
    return PixelRectangle(rows: rows, columns: columns)
  }

  /// What is read of the source.
  var sourceColumns: Range<Int> { horizontal.source }
  var sourceRows: Range<Int> { vertical.source }

  /// - Parameter samples: the whole source.
  func resize<Sample: ResampledSample>(_ samples: [Sample]) -> [Sample] {
    resize(samples, rowStart: vertical.source.lowerBound * sourceWidth * 3, columnStart: 0, stride: sourceWidth * 3)
  }

  /// - Parameter samples: `sourceColumns` × `sourceRows` of the source.
  func resizePart<Sample: ResampledSample>(_ samples: [Sample]) -> [Sample] {
    resize(samples, rowStart: 0, columnStart: horizontal.source.lowerBound, stride: horizontal.source.count * 3)
  }

  /// The rows from `rowStart` on begin with the source's column `columnStart` and are `stride` samples apart.
  private func resize<Sample: ResampledSample>(
    _ samples: [Sample], rowStart: Int, columnStart: Int, stride: Int
  ) -> [Sample] {
    let columns = horizontal.first.count
    let rows = vertical.source
    let narrow = Self.resize(
      samples, horizontal, start: columnStart, lineStep: 3, lineWidth: 3, lines: columns * rows.count
    ) {
      (line: $0 % columns, base: rowStart + $0 / columns * stride)
    }
    return Self.resize(
      narrow, vertical, start: rows.lowerBound, lineStep: columns * 3, lineWidth: columns * 3,
      lines: vertical.first.count
    ) { (line: $0, base: 0) }
  }

  /// Averages along one axis. An output line is `lineWidth` neighbouring samples that share their weights: a pixel of
  /// three channels in the horizontal pass, a whole row in the vertical one; source lines are `lineStep` apart.
  private static func resize<Sample: ResampledSample>(
    _ samples: [Sample], _ axis: ResampledAxis, start: Int, lineStep: Int, lineWidth: Int, lines: Int,
    place: (Int) -> (line: Int, base: Int)
  ) -> [Sample] {
    let weights = axis.weights.map { $0.map(Sample.weight) }
    return samples.withUnsafeBufferPointer { source in
      [Sample](unsafeUninitializedCapacity: lines * lineWidth) { output, count in
        for index in 0..<lines {
          let (line, base) = place(index)
          let first = source.baseAddress! + base + (axis.first[line] - start) * lineStep
          weights[line].withUnsafeBufferPointer { weights in
            for i in 0..<lineWidth {
              (output.baseAddress! + index * lineWidth + i).initialize(
                to: Sample.average(first + i, stride: lineStep, weights: weights))
            }
          }
        }
        count = lines * lineWidth
      }
    }
  }
}
