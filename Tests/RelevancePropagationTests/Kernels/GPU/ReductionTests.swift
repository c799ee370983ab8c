import Compute
import TestDevices
import Testing

@testable import RelevancePropagation

/// Ring 3: sums shared by a work-group against those of single work-items. Small integers: exact sums.
@Suite struct ReductionTests {
  @Test("shared moments of an image are the plain ones", arguments: [1, 63, 5000], [1, 2])
  func moments(_ count: Int, _ images: Int) throws {
    var random = SplitMix64(seed: UInt64(count))
    let z = random.integers(images * count)
    func moments(_ engine: Engine) throws -> [Float] {
      let numbers = try Buffer(z, on: engine.queue)
      let partial = try Buffer<Float>(count: images * Engine.chunks, on: engine.queue)
      let statistics = try Guarded(count: images, filledWith: 7, on: engine)
      var results: [Float] = []
      for (centred, squared): (Int32, Int32) in [(0, 1), (0, 0), (1, 1)] {
        try engine.reduce(
          "partial_moment", entries: images, Int32(count), numbers, centred, squared, statistics.buffer, partial)
        try engine.mean(partial, of: count, images: images, root: squared == 1, into: statistics.buffer)
        results += try statistics.read()
      }
      return results
    }
    let (shared, plain) = (try moments(TestDevice.gpu), try moments(TestDevice.plain))
    // The sums about the mean are of no integers: they may differ in the last place.
    #expect(zip(shared, plain).allSatisfy { abs($0 - $1) <= 0x1p-22 * abs($1) }, "\(shared) and \(plain)")
  }

  @Test(
    "an image's statistic is that of its own numbers, by every family of kernels, twice",
    arguments: [KernelFamily.plain, .cpu, .gpu], [1, 17, 4000, 70_001])
  func statistics(_ family: KernelFamily, _ count: Int) throws {
    let (engine, images) = (TestDevice.engine(of: family), 3)
    var random = SplitMix64(seed: UInt64(count))
    let z = (0..<images * count).map { Float.random(in: -1...1, using: &random) + Float($0 / count) }
    let numbers = try Buffer(z, on: engine.queue)
    let statistics = try ImageStatistics(images: images, on: engine)
    for kind in Stabilizer.Statistic.allCases {
      var found: [[Float]] = []
      for _ in 0..<2 {
        try statistics.make(kind, of: numbers, count: count, images: images, on: engine)
        found.append(try engine.queue.read(statistics.values, count: images))
      }
      #expect(found[0] == found[1])
      for image in 0..<images {
        let own = z[image * count..<(image + 1) * count].map { Double($0) }
        let mean = kind == .deviation ? own.reduce(0, +) / Double(count) : 0
        let expected = (own.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(count)).squareRoot()
        // Compensated sums of float terms: each term is rounded once, and so is the mean.
        #expect(abs(Double(found[0][image]) - expected) <= 4e-7 * (expected + 1e-3), "\(kind), image \(image)")
      }
    }
  }
}
