import Compute
import TestDevices
import Testing

@testable import RelevancePropagation

/// Ring 3: what a GPU's kernels do with their sums before they store them, against launches of their own.
@Suite struct FinishTests {
  private static let cases = [ConvolutionCase.tiled[1], ConvolutionCase.tiled[2], ConvolutionCase.depthwise[0]]

  @Test("steps 3, 4 and 2 in one launch are the three launches", arguments: cases.indices)
  func backward(_ index: Int) throws {
    let example = Self.cases[index]
    let shapes = try example.shapes()
    let (images, targets) = (2, 2)
    let (entries, count) = (images * targets, example.input.count)
    var random = SplitMix64(seed: 3)
    let (s, R) = (random.integers(entries * shapes.output.count), random.integers(entries * count))
    let (a, z) = (random.integers(images * count), random.units(images * count))
    let stabilizer = Stabilizer(0.25)

    func run(_ engine: Engine) throws -> [[Float]] {
      func buffer(_ numbers: [Float]) throws -> Buffer<Float> { try Buffer(numbers, on: engine.queue) }
      let parameters = try DeviceNetwork.upload(example.layer, shapes: shapes, name: "test", on: engine)
      let (relevance, quotient) = (try Guarded(count: entries * count, filledWith: 7, on: engine), try buffer(R))
      let (source, activation, denominator) = (try buffer(s), try buffer(a), try buffer(z))
      let product = Operand(buffer: activation, stride: count, part: SignedPart.positive.onDevice)
      let pass = Pass.backward(bounded: true)
      // R is added to in the place where it is kept.
      try engine.queue.write(R, to: relevance.buffer)
      if engine.family == .gpu {
        let finish = Finish(
          product: product, coefficient: 2, accumulate: true, kept: relevance.buffer,
          quotient: .init(
            other: denominator, stabilizer: stabilizer, statistics: denominator, gate: .positiveOutput,
            output: denominator),
          targets: targets)
        try example.layer.transpose(
          source, parameters, toInput: 0, for: pass, finish: finish, into: quotient, shapes: shapes, batch: entries,
          on: engine)
      } else {
        let c = try Buffer<Float>(count: entries * count, on: engine.queue)
        try example.layer.transpose(
          source, parameters, toInput: 0, for: pass, finish: Finish(), into: c, shapes: shapes, batch: entries,
          on: engine)
        try engine.launch(
          "product", grid: Grid(engine.vectors(count), entries), Int32(count), Int32(targets), activation, Int32(count),
          product.part, c, Float(2), Int32(1), relevance.buffer)
        try engine.launch(
          "quotient", grid: Grid(engine.vectors(count), entries), Int32(count), Int32(targets), relevance.buffer,
          denominator, denominator, Share.Gate.positiveOutput.rawValue, stabilizer.onDevice, denominator, quotient)
      }
      return [try relevance.read(), try engine.queue.read(quotient, count: entries * count)]
    }
    let (one, three) = (try run(TestDevice.gpu), try run(TestDevice.plain))
    #expect(one[0] == three[0], "relevance")
    #expect(one[1] == three[1], "quotient")
  }

  @Test("a rectifier beside the sum keeps both")
  func rectified() throws {
    let example = Self.cases[0]
    let shapes = try example.shapes()
    var random = SplitMix64(seed: 4)
    let x = random.integers(example.input.count)
    func run(_ engine: Engine, rectifies: Bool) throws -> (kept: [Float], target: [Float]) {
      let parameters = try DeviceNetwork.upload(example.layer, shapes: shapes, name: "test", on: engine)
      let kept = try Guarded(count: shapes.output.count, filledWith: 7, on: engine)
      let target = try Guarded(count: shapes.output.count, filledWith: 7, on: engine)
      let input = Operand(
        buffer: try Buffer(x, on: engine.queue), stride: example.input.count, part: SignedPart.all.onDevice)
      var finish = Finish()
      if rectifies { (finish.kept, finish.rectifies) = (kept.buffer, true) }
      try example.layer.apply(
        [input], parameters, for: .forward, finish: finish, into: target.buffer, shapes: shapes, batch: 1, on: engine)
      return (try kept.read(), try target.read())
    }
    let (both, plain) = (try run(TestDevice.gpu, rectifies: true), try run(TestDevice.plain, rectifies: false))
    #expect(both.kept == plain.target)
    #expect(both.target == plain.target.map { max($0, 0) } && plain.target.contains { $0 < 0 })
  }
}

extension Queue {
  fileprivate func write(_ numbers: [Float], to buffer: Buffer<Float>) throws {
    try numbers.withUnsafeBufferPointer { try write($0, to: buffer) }
  }
}
