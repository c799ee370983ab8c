import Compute
import TestDevices
import Testing

@testable import RelevancePropagation

/// The kernels of translation averaging by themselves.
@Suite struct ShiftedSumsTests {
  private func sums(
    _ shape: Shape, images: Int = 1, targets: Int = 1, margin: Extent = Extent(0), fill: [Float]? = nil,
    copies: Int = 4,
    variance: Bool = false, divisor: Float = 1
  ) throws -> ShiftedSums {
    try ShiftedSums(
      shape: shape, images: images, targets: targets, margin: margin, fill: fill,
      divisors: Array(repeating: divisor, count: shape[1] * shape[2]), countsOutside: true, variance: variance,
      copies: copies, on: TestDevice.engine)
  }

  @Test(
    "a copy is the image moved, whatever channels and border, and no other image of the batch is touched",
    arguments: [1, 3, 5], TranslationBorder.Name.allCases)
  func copies(_ channels: Int, _ name: TranslationBorder.Name) throws {
    let (shape, queue) = (Shape([channels, 7, 5]), TestDevice.engine.queue)
    let low = (0..<channels).map { Float($0) - 0.5 }
    let border: TranslationBorder =
      switch name {
      case .edge: .edge
      case .zero: .zero
      case .low: .low(low)
      case .crop: .crop
      }
    let margin = name == .crop ? Extent(6, 4) : Extent(0)
    let source = Shape([channels, 7 + 2 * margin.vertical, 5 + 2 * margin.horizontal])
    var random = SplitMix64(seed: 360)
    let images = Tensor(shape: Shape([2] + source.extents), scalars: random.units(2 * source.count))
    let fill = name == .zero ? Array(repeating: 0, count: channels) : name == .low ? low : nil
    let sums = try sums(shape, images: 2, margin: margin, fill: fill)
    try sums.load(images)
    let batch = try Buffer<Float>(count: 3 * shape.count, on: queue)
    let guards = Tensor(repeating: 77, shape: Shape([3] + shape.extents))
    let twin = TranslationTwin(shifts: [], border: border, divisor: .total)
    for shift in [Shift.none, Shift(1, 0), Shift(-1, 2), Shift(6, -4), Shift(-6, 4), Shift(3, 3), Shift(0, -1)] {
      try queue.write(guards, to: batch)
      try sums.copy(1, moved: shift, to: 1, of: batch)
      let found = try queue.read(batch, entries: 3, of: shape)
      expectIdentical(
        found[1], twin.moved(images[1], by: shift, margin: margin), "\(shift), border \(name), C \(channels)")
      expectIdentical(found[0], guards[0], "the image before")
      expectIdentical(found[2], guards[2], "the image behind")
    }
  }

  @Test("one copy keeps its bits: those of a negative zero, of the smallest and of the largest numbers")
  func bits() throws {
    let shape: Shape = [1, 2, 4]
    let numbers: [Float] = [
      -0.0, 0, .leastNormalMagnitude, -.leastNormalMagnitude, .greatestFiniteMagnitude, -1, 1 / 3, 16_777_215,
    ]
    let sums = try sums(shape, variance: true)
    let relevance = try Buffer(numbers, on: TestDevice.engine.queue)
    // Twice: what the first image left is no part of the second.
    for _ in 0..<2 {
      try sums.add(relevance, copy: 0, of: 0, movedBy: .none, isFirst: true)
      let found = try sums.finished(images: 1)
      expectIdentical(found.maps[0], Tensor(shape: shape, scalars: numbers), "one copy")
      #expect(found.variances?.scalars.allSatisfy { $0 == 0 } == true)
    }
  }

  @Test("the sum of many copies does not lose what is small beside what cancels")
  func compensated() throws {
    // 1e8 + 1 − 1e8 + 1 …: float32 sums lose every 1; the mean of 200 numbers of sum 100 is 0.5.
    let shape: Shape = [1, 1, 2]
    let sums = try sums(shape, divisor: 200)
    let queue = TestDevice.engine.queue
    for copy in 0..<200 {
      let value: Float = [1e8, 1, -1e8, 1][copy % 4]
      let relevance = try Buffer<Float>([value, -value], on: queue)
      try sums.add(relevance, copy: 0, of: 0, movedBy: .none, isFirst: copy == 0)
    }
    #expect(try sums.finished(images: 1).maps.scalars == [0.5, -0.5])
  }

  @Test("entries of several images and targets keep apart")
  func entries() throws {
    let (shape, queue) = (Shape([2, 3, 3]), TestDevice.engine.queue)
    var random = SplitMix64(seed: 361)
    // Two copies of each of two images, two targets: 8 entries, image by image.
    let relevance = Tensor(shape: [8, 2, 3, 3], scalars: random.units(8 * shape.count))
    let buffer = try Buffer<Float>(count: relevance.count, on: queue)
    try queue.write(relevance, to: buffer)
    let shifts = [Shift(1, -1), Shift(-2, 0)]
    let sums = try sums(shape, images: 2, targets: 2, variance: true, divisor: 2)
    for copy in 0..<4 {
      try sums.add(buffer, copy: copy, of: copy / 2, movedBy: shifts[copy % 2], isFirst: copy % 2 == 0)
    }
    let found = try sums.finished(images: 2)
    let totals = try sums.totals(of: buffer, entries: 8)
    let twin = TranslationTwin(shifts: shifts, border: .zero, divisor: .total)
    for image in 0..<2 {
      for target in 0..<2 {
        let copies = [0, 1].map { relevance[(2 * image + $0) * 2 + target] }
        let expected = twin.average(copies)
        let origin = Origin(
          what: "image \(image), target \(target)", shape: shape, seed: 361, filter: "ShiftedSumsTests")
        expectClose(found.maps[2 * image + target].scalars, expected.map, tolerance: 1e-7, origin)
        expectClose(
          try #require(found.variances)[2 * image + target].scalars, expected.variance, tolerance: 1e-6, origin)
        for (copy, tensor) in copies.enumerated() {
          let sum = tensor.scalars.reduce(0) { $0 + Double($1) }
          #expect(abs(totals[(2 * image + copy) * 2 + target] - sum) < 1e-6, "\(origin)")
        }
      }
    }
  }
}
