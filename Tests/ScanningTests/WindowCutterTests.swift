import Compute
import Imaging
import RelevancePropagation
import TestDevices
import Testing

@testable import Scanning

/// Windows cut on the device are what `Preprocessor` makes of the same pixels, bit for bit.
@Suite struct WindowCutterTests {
  @Test(
    "every order of channels and every level gives the preprocessor's bits",
    arguments: Preprocessing.ChannelOrder.allCases)
  func preprocessor(_ order: Preprocessing.ChannelOrder) throws {
    let channels = order == .grey ? 1 : 3
    let preprocessing = Preprocessing(
      channelOrder: order, scale: 1 / 255, mean: Array([0.485, 0.456, 0.406][..<channels]),
      deviation: Array([0.229, 0.224, 0.225][..<channels]), fitting: .none)
    // All levels, and colours enough for the luma's rounding.
    var image = TestImage(width: 67, height: 41, seed: 41)
    image = image.painted(
      (0...255).map {
        (PixelRectangle(x: $0 % 64, y: $0 / 64, width: 1, height: 1), [UInt8](repeating: UInt8($0), count: 3))
      })
    let shape: Shape = [channels, 21, 33]
    let places = [(y: 0, x: 0), (y: 20, x: 34), (y: 3, x: 17)]
    let found = try Self.cut(image, places, shape, PixelNormalization(preprocessing))
    for (index, place) in places.enumerated() {
      let window = TestImage(region: PixelRectangle(x: place.x, y: place.y, width: 33, height: 21), of: image)
      let photograph = Photograph(width: 33, height: 21, pixels: window.pixels)
      let expected = try Preprocessor(preprocessing, inputShape: shape).input(photograph).tensor
      #expect(found[index].scalars.map(\.bitPattern) == expected.scalars.map(\.bitPattern), "\(order), window \(index)")
    }
  }

  @Test("beyond the last row and column lies black")
  func padding() throws {
    let preprocessing = WindowNetwork.preprocessing
    let image = TestImage(width: 11, height: 9, seed: 42)
    let shape: Shape = [3, 8, 6]
    let places = [(y: 5, x: 7), (y: 8, x: 10), (y: 0, x: 0)]
    let found = try Self.cut(image, places, shape, PixelNormalization(preprocessing))
    for (index, place) in places.enumerated() {
      #expect(found[index] == image.window(y: place.y, x: place.x, shape: shape, preprocessing))
    }
    #expect(found[1].scalars[1] == preprocessing.low[0])
  }

  @Test("planes are cut as they are, with the black that is given beyond them")
  func planes() throws {
    let (height, width) = (9, 11)
    let planes = (0..<2 * height * width).map { Float($0) + 0.25 }
    let cutter = try WindowCutter(PixelNormalization(planesWithLow: [-1, -2]), on: TestDevice.engine)
    // A strip that begins at row 4, column 3 of the map.
    let rectangle = PixelRectangle(x: 3, y: 4, width: width, height: height)
    try cutter.load(PixelStrip(rectangle: rectangle, samples: .planes(planes)))
    let shape: Shape = [2, 5, 4]
    let found = try Self.read(cutter, [(y: 6, x: 5), (y: 11, x: 12)], shape)
    for (index, (y, x)) in [(2, 2), (7, 9)].enumerated() {
      for c in 0..<2 {
        for i in 0..<5 {
          for j in 0..<4 {
            let isInside = y + i < height && x + j < width
            let expected = isInside ? planes[(c * height + y + i) * width + x + j] : [-1, -2][c]
            #expect(found[index].scalars[(c * 5 + i) * 4 + j] == expected)
          }
        }
      }
    }
  }

  @Test("bytes without a preprocessing are refused")
  func bytesWithout() throws {
    let image = TestImage(width: 11, height: 9, seed: 43)
    #expect(throws: ScanError.self) {
      try Self.cut(image, [(y: 0, x: 0)], [3, 8, 6], PixelNormalization(planesWithLow: [0, 0, 0]))
    }
  }

  private static func cut(
    _ image: TestImage, _ places: [(y: Int, x: Int)], _ shape: Shape, _ normalization: PixelNormalization
  ) throws -> [Tensor] {
    let cutter = try WindowCutter(normalization, on: TestDevice.engine)
    let whole = PixelRectangle(x: 0, y: 0, width: image.width, height: image.height)
    try cutter.load(PixelStrip(rectangle: whole, samples: .bytes(image.pixels)))
    return try read(cutter, places, shape)
  }

  private static func read(_ cutter: WindowCutter, _ places: [(y: Int, x: Int)], _ shape: Shape) throws -> [Tensor] {
    let engine = TestDevice.engine
    let input = try Buffer<Float>(count: places.count * shape.count, on: engine.queue)
    try cutter.cut(places, of: shape, into: input)
    let scalars = try engine.queue.read(input, count: input.count)
    let (channels, area) = (shape[0], shape[1] * shape[2])
    return places.indices.map { window in
      Tensor(
        shape: shape,
        scalars: (0..<shape.count).map { scalars[window * shape.count + $0 % area * channels + $0 / area] })
    }
  }
}
