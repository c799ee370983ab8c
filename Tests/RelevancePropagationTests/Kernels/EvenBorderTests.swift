import Compute
import TestDevices
import Testing

@testable import RelevancePropagation

/// Sums of inputs that are the same at all pixels, such as the box rule's bounds: away from the border one number a channel, which
/// a transpose's epilogue reads once.
@Suite struct EvenBorderTests {
  struct Case: CustomTestStringConvertible, Sendable {
    var size: (height: Int, width: Int)
    var kernel: (Int, Int) = (3, 3)
    var stride = Extent(1)
    var padding = Padding(1, 1)
    var dilation = Extent(1)
    var inputs = 3
    let border: Int?
    var testDescription: String {
      "\(size.height)x\(size.width), \(kernel), stride \(stride), padding \(padding), dilation \(dilation), \(inputs) channels"
    }
  }

  static let cases: [Case] = [
    Case(size: (31, 40), border: 1),
    Case(size: (30, 17), inputs: 20, border: 1),
    Case(size: (12, 9), padding: .zero, border: 0),
    Case(size: (23, 24), kernel: (7, 7), stride: Extent(2), padding: Padding(3, 3), border: 2),
    Case(size: (22, 25), kernel: (5, 3), padding: Padding(top: 0, left: 1, bottom: 4, right: 3), border: 4),
    Case(size: (20, 20), padding: Padding(2, 2), dilation: Extent(2), border: 2),
    Case(size: (4, 30), kernel: (5, 5), padding: Padding(2, 2), border: nil),
  ]

  @Test("inside the border they are the same to the bit, outside they are not", arguments: cases)
  func even(_ size: Case) throws {
    let engine = TestDevice.cpu
    var random = SplitMix64(seed: 104)
    let outputs = 18
    let layer = Convolution(
      weight: Tensor(
        shape: Shape([outputs, size.inputs, size.kernel.0, size.kernel.1]),
        scalars: random.units(outputs * size.inputs * size.kernel.0 * size.kernel.1)),
      bias: Tensor(shape: [outputs], scalars: random.units(outputs)), stride: size.stride, padding: size.padding,
      dilation: size.dilation)
    let input = Shape([size.inputs, size.size.height, size.size.width])
    let shapes = LayerShapes(inputs: [input], output: try layer.outputShape(for: [input]))
    let border = layer.evenBorder(shapes)
    #expect(border == size.border)
    guard let border else { return }
    let parameters = try DeviceNetwork.upload(layer, shapes: shapes, name: "layer", on: engine)
    let values = random.units(size.inputs)
    let plane = try Buffer((0..<input.count).map { values[$0 % size.inputs] }, on: engine.queue)
    let sums = try Buffer<Float>(count: shapes.output.count, on: engine.queue)
    try layer.apply(
      [Operand(plane, input)], parameters, for: .denominators(bounded: false), finish: Finish(), into: sums,
      shapes: shapes, batch: 1, on: engine)
    let found = try engine.queue.read(sums, count: sums.count)
    let (rows, columns) = (shapes.output[1], shapes.output[2])
    /// Whether all pixels so far from the border have one number a channel.
    func isEven(_ border: Int) -> Bool {
      (border..<rows - border).allSatisfy { p in
        (border..<columns - border).allSatisfy { q in
          (0..<outputs).allSatisfy {
            found[(p * columns + q) * outputs + $0] == found[(border * columns + border) * outputs + $0]
          }
        }
      }
    }
    #expect(isEven(border))
    #expect(border == 0 || !isEven(border - 1))
  }

  @Test("a bias per position leaves none even")
  func biasPerPosition() throws {
    let layer = Convolution(
      weight: Tensor(repeating: 1, shape: [2, 1, 3, 3]), bias: Tensor(repeating: 1, shape: [2, 9, 9]),
      padding: Padding(1, 1))
    #expect(layer.evenBorder(LayerShapes(inputs: [[1, 9, 9]], output: [2, 9, 9])) == nil)
  }
}
