import Compute
import TestDevices
import Testing

@testable import RelevancePropagation

/// Ring 3: every algorithm of a CPU's convolutions against the plain kernels, in both directions. Small integers are exact in
/// any order of summation: sums over gathered inputs must agree to the bit. Winograd's points are no integers: it agrees to
/// rounding. What lies behind the output stays as it was.
@Suite struct CPUConvolutionTests {
  private static let plain = TestDevice.plain
  private static let engines = Dictionary(
    uniqueKeysWithValues: ConvolutionChoice.allCases.map { ($0, TestDevice.cpu(convolutions: $0)) })

  struct Shapes: CustomTestStringConvertible, Sendable {
    var channels, filters, height, width, rows, columns: Int
    var padding = Padding.zero
    var stride = Extent(1)
    var dilation = Extent(1)
    var groups = 1

    var testDescription: String {
      "\(channels) to \(filters) channels, \(height)x\(width), \(rows)x\(columns), padding \(padding), stride \(stride), "
        + "dilation \(dilation), \(groups) group(s)"
    }
  }

  static let any: [Shapes] = [
    Shapes(channels: 1, filters: 1, height: 1, width: 1, rows: 1, columns: 1),
    Shapes(channels: 3, filters: 5, height: 7, width: 9, rows: 3, columns: 3, padding: Padding(1, 1)),
    Shapes(channels: 17, filters: 33, height: 9, width: 13, rows: 3, columns: 3),
    Shapes(channels: 4, filters: 9, height: 6, width: 35, rows: 3, columns: 5, padding: Padding(1, 2)),
    Shapes(channels: 64, filters: 16, height: 5, width: 6, rows: 1, columns: 1),
    Shapes(
      channels: 3, filters: 4, height: 11, width: 12, rows: 3, columns: 2, padding: Padding(2, 3),
      dilation: Extent(2, 3)),
    Shapes(
      channels: 2, filters: 3, height: 8, width: 5, rows: 3, columns: 3,
      padding: Padding(top: 0, left: 2, bottom: 1, right: 0)),
    Shapes(
      channels: 3, filters: 64, height: 23, width: 20, rows: 7, columns: 7, padding: Padding(3, 3), stride: Extent(2)),
    Shapes(channels: 16, filters: 40, height: 9, width: 8, rows: 1, columns: 1, stride: Extent(2)),
    Shapes(channels: 5, filters: 6, height: 13, width: 10, rows: 2, columns: 4, stride: Extent(3, 2)),
    Shapes(channels: 12, filters: 18, height: 7, width: 7, rows: 3, columns: 3, padding: Padding(1, 1), groups: 3),
    Shapes(
      channels: 8, filters: 8, height: 10, width: 9, rows: 3, columns: 3, padding: Padding(1, 1), stride: Extent(2),
      groups: 8),
    Shapes(channels: 35, filters: 35, height: 6, width: 7, rows: 3, columns: 3, padding: Padding(1, 1), groups: 35),
    Shapes(channels: 130, filters: 7, height: 4, width: 4, rows: 3, columns: 3, padding: Padding(1, 1)),
    // Phases that no tap meets.
    Shapes(channels: 20, filters: 33, height: 13, width: 10, rows: 3, columns: 2, stride: Extent(4, 5)),
    // Groups in bundles: four of 8 and one more, one of 5 and a rest of 2, all in one.
    Shapes(
      channels: 66, filters: 66, height: 8, width: 9, rows: 3, columns: 3, padding: Padding(1, 1), stride: Extent(2),
      groups: 33),
    Shapes(
      channels: 7, filters: 21, height: 7, width: 8, rows: 3, columns: 3, padding: Padding(2, 2), dilation: Extent(2),
      groups: 7),
    Shapes(channels: 15, filters: 5, height: 6, width: 5, rows: 2, columns: 3, groups: 5),
    Shapes(channels: 9, filters: 51, height: 5, width: 6, rows: 3, columns: 3, padding: Padding(1, 1), groups: 3),
  ]

  static let square: [Shapes] = [
    Shapes(channels: 1, filters: 1, height: 1, width: 1, rows: 3, columns: 3, padding: Padding(1, 1)),
    Shapes(channels: 3, filters: 5, height: 7, width: 9, rows: 3, columns: 3, padding: Padding(1, 1)),
    Shapes(channels: 16, filters: 33, height: 13, width: 14, rows: 3, columns: 3, padding: Padding(1, 1)),
    Shapes(channels: 17, filters: 64, height: 6, width: 31, rows: 3, columns: 3),
    Shapes(channels: 33, filters: 16, height: 8, width: 5, rows: 3, columns: 3, padding: Padding(2, 2)),
    Shapes(
      channels: 2, filters: 3, height: 8, width: 5, rows: 3, columns: 3,
      padding: Padding(top: 0, left: 2, bottom: 1, right: 0)),
    // Tiles enough for all in one kernel.
    Shapes(channels: 17, filters: 33, height: 45, width: 52, rows: 3, columns: 3, padding: Padding(1, 1)),
    Shapes(channels: 5, filters: 3, height: 47, width: 46, rows: 3, columns: 3, padding: Padding(2, 0)),
    // Filters beyond a cache: tiles are transformed first.
    Shapes(channels: 512, filters: 512, height: 7, width: 7, rows: 3, columns: 3, padding: Padding(1, 1)),
    // The same in two parts, because the tiles are beyond a cache too; a narrow block of filters.
    Shapes(channels: 512, filters: 17, height: 48, width: 48, rows: 3, columns: 3, padding: Padding(1, 1)),
  ]

  @Test("sums over gathered inputs are the plain kernel's to the bit", arguments: any, [1, 3])
  func gathers(_ shapes: Shapes, _ batch: Int) throws {
    for (what, fast, slow) in try runs(shapes, .gathered, batch: batch) {
      #expect(fast == slow, "\(what)")
    }
  }

  @Test(
    "Winograd's algorithm is the plain kernel to rounding", arguments: square,
    ConvolutionChoice.winograd)
  func winograd(_ shapes: Shapes, _ choice: ConvolutionChoice) throws {
    for batch in [1, 3] where batch == 1 || shapes.channels < 100 {
      for (what, fast, slow) in try runs(shapes, choice, batch: batch) {
        // A sum of n products of numbers up to 4: its rounding error stays well below n of its own.
        let largest = slow.map(abs).max()!
        let worst = zip(fast, slow).map { abs($0 - $1) }.max()!
        #expect(worst <= 2e-5 * largest, "\(what), batch \(batch): off by \(worst / largest) of the largest")
        #expect(fast.suffix(16) == slow.suffix(16), "\(what): wrote behind the output")
      }
    }
  }

  struct Batch: Sendable, CustomTestStringConvertible {
    var channels = 20
    var side: Int
    var images = 3
    var convolutions: ConvolutionChoice
    var testDescription: String { "\(images) images, \(channels) channels, \(side)x\(side), \(convolutions)" }
  }

  /// Few tiles are transformed first, those of several images go through one kernel. With many channels that takes more.
  @Test(
    "an image gives the same bits alone and in a batch",
    arguments: [
      Batch(side: 25, convolutions: .winograd4), Batch(side: 17, convolutions: .winograd2),
      Batch(channels: 256, side: 59, images: 4, convolutions: .winograd4),
    ])
  func batches(_ size: Batch) throws {
    let (layer, sizes) = try layer(
      Shapes(
        channels: size.channels, filters: 33, height: size.side, width: size.side, rows: 3, columns: 3,
        padding: Padding(1, 1)))
    var random = SplitMix64(seed: 79)
    let x = integers(size.images * sizes.inputs[0].count, &random)
    let engine = Self.engines[size.convolutions]!
    let outputs = try [1, size.images].map { batch in
      try run(layer, sizes, x, output: batch * sizes.output.count, batch: batch, on: engine) {
        parameters, source, target in
        try layer.apply(
          [Operand(buffer: source, stride: sizes.inputs[0].count, part: SignedPart.all.onDevice)], parameters,
          for: .forward, finish: Finish(), into: target, shapes: sizes, batch: batch, on: engine)
      }.prefix(sizes.output.count)
    }
    #expect(outputs[0] == outputs[1])
  }

  /// Transposes towards few channels, by products first.
  static let few: [Shapes] =
    any.filter { $0.channels <= 16 && $0.groups == 1 } + [
      // Wider than one piece of work, and its tap reaches beyond the rows of one.
      Shapes(channels: 3, filters: 20, height: 40, width: 300, rows: 3, columns: 3, padding: Padding(1, 1)),
      Shapes(
        channels: 2, filters: 6, height: 70, width: 9, rows: 9, columns: 2, padding: Padding(4, 0), stride: Extent(3, 1)
      ),
      Shapes(channels: 16, filters: 40, height: 12, width: 31, rows: 3, columns: 3, padding: Padding(1, 1)),
      Shapes(channels: 1, filters: 3, height: 5, width: 5, rows: 5, columns: 5, stride: Extent(7)),
      // Products of a row beyond a cache.
      Shapes(channels: 4, filters: 2, height: 12, width: 257, rows: 11, columns: 11, padding: Padding(5, 5)),
    ]

  @Test("transposes towards few channels are the plain kernel's to the bit", arguments: few, [1, 3])
  func scatters(_ shapes: Shapes, _ batch: Int) throws {
    for (what, fast, slow) in try runs(shapes, .automatic, batch: batch) where what == "transpose" {
      #expect(fast == slow, "\(what)")
    }
  }

  /// From few channels, inputs read where they lie.
  static let image: [Shapes] =
    few.filter { $0.channels <= 4 } + [
      // Wider than one piece of work; rows of filters whose terms do not fit one sum; a padding beyond the filter.
      Shapes(
        channels: 3, filters: 17, height: 9, width: 530, rows: 11, columns: 11, padding: Padding(5, 2),
        stride: Extent(4, 2)
      ),
      Shapes(channels: 4, filters: 40, height: 6, width: 7, rows: 2, columns: 3, padding: Padding(4, 9)),
      // Inputs of a piece beyond a cache: fewer outputs at a time.
      Shapes(channels: 3, filters: 18, height: 40, width: 3300, rows: 16, columns: 16, stride: Extent(16)),
    ]

  @Test("sums from few channels are the plain kernel's to the bit", arguments: image, [1, 3])
  func direct(_ shapes: Shapes, _ batch: Int) throws {
    for (what, fast, slow) in try runs(shapes, .automatic, batch: batch) where what.hasPrefix("apply") {
      #expect(fast == slow, "\(what)")
    }
  }

  static let stacked: [[StackedTerm]] = [
    [  // the box rule's
      StackedTerm(weight: .all, activation: .all),
      StackedTerm(weight: .positive, activation: .constant([-3]), coefficient: -1),
      StackedTerm(weight: .negative, activation: .constant([2]), coefficient: -1),
    ],
    [
      StackedTerm(weight: .negative, activation: .negative, coefficient: 2),
      StackedTerm(weight: .positive, activation: .positive),
    ],
    [StackedTerm(weight: .all, activation: .positive), StackedTerm(weight: .all, activation: .one)],
    [StackedTerm(weight: .square, activation: .all)],
  ]

  @Test(
    "several terms' relevance is the plain kernels', term by term, to the bit",
    arguments: few.filter { $0.channels <= 4 }, stacked)
  func stacks(_ shapes: Shapes, _ terms: [StackedTerm]) throws {
    let (layer, sizes) = try layer(shapes)
    let (input, targets, entries) = (sizes.inputs[0], 2, 4)
    var random = SplitMix64(seed: 78)
    let s = integers(entries * sizes.output.count, &random)
    let activations = integers(entries / targets * input.count, &random)
    for accumulate in [false, true] {
      let fast = try run(layer, sizes, s, output: entries * input.count, batch: entries, on: Self.engines[.automatic]!)
      {
        parameters, source, target in
        try layer.stackedTranspose(
          source, parameters, terms: terms, activation: Buffer(activations, on: Self.engines[.automatic]!.queue),
          targets: targets, accumulate: accumulate, into: target, shapes: sizes, batch: entries,
          on: Self.engines[.automatic]!)
      }
      // Where something is there, `run` has written 7.
      var expected = [Float](repeating: accumulate ? 7 : 0, count: entries * input.count)
      for term in terms {
        var modified = layer
        modified.weight = Tensor(
          shape: layer.weight.shape, scalars: layer.weight.scalars.map { Self.part(term.weight, of: $0) })
        let c = try run(modified, sizes, s, output: entries * input.count, batch: entries, on: Self.plain) {
          parameters, source, target in
          try modified.transpose(
            source, parameters, toInput: 0, for: .backward(bounded: true), finish: Finish(), into: target,
            shapes: sizes, batch: entries, on: Self.plain)
        }
        for index in expected.indices {
          let a = activations[index / input.count / targets * input.count + index % input.count]
          expected[index] += term.coefficient * Self.part(term.activation, of: a) * c[index]
        }
      }
      #expect(Array(fast.dropLast(16)) == expected, "accumulate \(accumulate)")
      #expect(fast.suffix(16) == [Float](repeating: 7, count: 16)[...], "wrote behind the output")
    }
  }

  @Test("where an activation is no number its relevance is none, and no other's", arguments: stacked)
  func stacksNaN(_ terms: [StackedTerm]) throws {
    let (layer, sizes) = try layer(Self.few[0])
    let (input, targets, entries) = (sizes.inputs[0], 2, 4)
    var random = SplitMix64(seed: 79)
    let s = integers(entries * sizes.output.count, &random)
    var activations = integers(entries / targets * input.count, &random)
    let place = input.count + input.count / 2  // of the second image
    activations[place] = .nan
    let engine = Self.engines[.automatic]!
    let relevance = try run(layer, sizes, s, output: entries * input.count, batch: entries, on: engine) {
      parameters, source, target in
      try layer.stackedTranspose(
        source, parameters, terms: terms, activation: Buffer(activations, on: engine.queue), targets: targets,
        accumulate: false, into: target, shapes: sizes, batch: entries, on: engine)
    }
    let spoilt = Set((0..<targets).map { (targets + $0) * input.count + input.count / 2 })
    #expect(relevance.indices.allSatisfy { relevance[$0].isNaN == spoilt.contains($0) })
  }

  private static func part(_ part: WeightPart, of w: Float) -> Float {
    switch part {
    case .signed(let part): part.positive * max(w, 0) + part.negative * min(w, 0)
    case .square: w * w
    case .one: 1
    }
  }

  private static func part(_ part: ActivationPart, of a: Float) -> Float {
    switch part {
    case .signed(let part): part.positive * max(a, 0) + part.negative * min(a, 0)
    case .constant(let values): values[0]
    case .power: .nan
    }
  }

  /// Every part, with and without what is there, forward and transposed, on both engines.
  private func runs(
    _ shapes: Shapes, _ choice: ConvolutionChoice, batch: Int
  ) throws -> [(what: String, fast: [Float], slow: [Float])] {
    let (layer, sizes) = try layer(shapes)
    var random = SplitMix64(seed: 77)
    let x = integers(batch * sizes.inputs[0].count, &random)
    let s = integers(batch * sizes.output.count, &random)
    let fast = Self.engines[choice]!
    var result: [(String, [Float], [Float])] = []
    for part in [SignedPart.all, .positive, .negative] {
      for accumulate in [false, true] {
        let outputs = try [fast, Self.plain].map { engine in
          try run(layer, sizes, x, output: batch * sizes.output.count, batch: batch, on: engine) {
            parameters, source, target in
            try layer.apply(
              [Operand(buffer: source, stride: sizes.inputs[0].count, part: part.onDevice)], parameters, for: .forward,
              finish: Finish(coefficient: -2, accumulate: accumulate), into: target, shapes: sizes, batch: batch,
              on: engine)
          }
        }
        result.append(("apply, part \(part), accumulate \(accumulate)", outputs[0], outputs[1]))
      }
    }
    let inputs = try [fast, Self.plain].map { engine in
      try run(layer, sizes, s, output: batch * sizes.inputs[0].count, batch: batch, on: engine) {
        parameters, source, target in
        try layer.transpose(
          source, parameters, toInput: 0, for: .backward(bounded: true), finish: Finish(), into: target, shapes: sizes,
          batch: batch, on: engine)
      }
    }
    return result + [("transpose", inputs[0], inputs[1])]
  }

  private func layer(_ shapes: Shapes) throws -> (Convolution, LayerShapes) {
    var random = SplitMix64(seed: UInt64(shapes.channels * 1000 + shapes.width))
    let weight: Shape = [shapes.filters, shapes.channels / shapes.groups, shapes.rows, shapes.columns]
    let layer = Convolution(
      weight: Tensor(shape: weight, scalars: integers(weight.count, &random)),
      bias: Tensor(shape: [shapes.filters], scalars: integers(shapes.filters, &random)), stride: shapes.stride,
      padding: shapes.padding, dilation: shapes.dilation, groups: shapes.groups)
    let input: Shape = [shapes.channels, shapes.height, shapes.width]
    return (layer, LayerShapes(inputs: [input], output: try layer.outputShape(for: [input])))
  }

  private func integers(_ count: Int, _ random: inout SplitMix64) -> [Float] {
    (0..<count).map { _ in Float(Int.random(in: -4...4, using: &random)) }
  }

  /// The output with 16 guard elements behind it.
  private func run(
    _ layer: Convolution, _ shapes: LayerShapes, _ input: [Float], output: Int, batch: Int, on engine: Engine,
    _ body: (DeviceParameters, Buffer<Float>, Buffer<Float>) throws -> Void
  ) throws -> [Float] {
    var parameters = try DeviceNetwork.upload(layer, shapes: shapes, name: "test", on: engine)
    parameters.scratch = try Buffer(count: layer.scratchCount(for: shapes, batch: batch, on: engine), on: engine.queue)
    let target = try Buffer([Float](repeating: 7, count: output + 16), on: engine.queue)
    try body(parameters, Buffer(input, on: engine.queue), target)
    return try engine.queue.read(target, count: output + 16)
  }
}
