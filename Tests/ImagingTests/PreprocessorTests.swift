import Foundation
import Imaging
import RelevancePropagation
import Testing

@Suite("Preprocessor")
struct PreprocessorTests {
  /// x = pixel, so that tensors compare with Pillow's levels.
  static func plain(
    _ order: Preprocessing.ChannelOrder = .rgb, fitting: Preprocessing.Fitting = .centreCrop, size: Int
  ) throws -> Preprocessor {
    let channels = order == .grey ? 1 : 3
    return try Preprocessor(
      Preprocessing(
        channelOrder: order, scale: 1, mean: Array(repeating: 0, count: channels),
        deviation: Array(repeating: 1, count: channels), fitting: fitting),
      inputShape: [channels, size, size])
  }

  /// Pillow's array `[H, W, 3]` as `[3, H, W]`.
  static func planes(_ name: String) throws -> [Float] {
    let array = try NumPyArray(path: Fixture.path(name))
    guard case .uint8(let levels) = array.elements else { throw FixtureError() }
    guard array.shape.rank == 3 else { return levels.map { Float($0) } }
    return (0..<3).flatMap { c in (0..<levels.count / 3).map { Float(levels[$0 * 3 + c]) } }
  }
  struct FixtureError: Error {}

  @Test("Resize and centre crop equal torchvision's on a Pillow image in every pixel", arguments: [9, 32, 60])
  func centreCrop(size: Int) throws {
    let input = try Self.plain(size: size).input(Fixture.photograph("scene.png"))
    #expect(try input.tensor.scalars == Self.planes("crop-scene-\(size).npy"))
  }

  @Test(
    "So do images that are small, and long ones, of which only the part that is seen is computed",
    arguments: [(5, 3, 40), (1, 1, 24), (20_000, 20, 24), (20, 20_000, 24)])
  func extremes(width: Int, height: Int, size: Int) throws {
    let input = try Self.plain(size: size).input(Fixture.striped(width, height))
    #expect(try input.tensor.scalars == Self.planes("crop-striped-\(width)x\(height)-\(size).npy"))
  }

  @Test("Stretching equals Pillow's resize in every pixel")
  func stretch() throws {
    let input = try Self.plain(fitting: .stretch, size: 32).input(Fixture.photograph("scene.png"))
    #expect(try input.tensor.scalars == Self.planes("stretch-scene-32.npy"))
    #expect(input.framing.seen == Framing.Rectangle(x: 0, y: 0, width: 97, height: 61))
  }

  @Test("Grey networks read ITU-R 601 brightness")
  func grey() throws {
    let input = try Self.plain(.grey, size: 32).input(Fixture.photograph("scene.png"))
    #expect(input.tensor.shape == [1, 32, 32])
    #expect(try input.tensor.scalars == Self.planes("grey-scene-32.npy"))
  }

  @Test("Photographs of 16 bits are resized without rounding")
  func wide() throws {
    // Two pixels to one: the average (0 + 1) / 2 of each channel.
    let photograph = Photograph(width: 2, height: 1, samples: [0, 10, 20, 1, 11, 21])
    let preprocessing = Preprocessing(
      channelOrder: .rgb, scale: 1, mean: [0, 0, 0], deviation: [1, 1, 1], fitting: .stretch)
    let input = try Preprocessor(preprocessing, inputShape: [3, 1, 1]).input(photograph)
    #expect(input.tensor.scalars == [0.5, 10.5, 20.5])
  }

  @Test("Scale, mean and deviation by hand, in the network's channel order")
  func normalization() throws {
    let photograph = Photograph(width: 1, height: 1, pixels: [255, 0, 51])
    var preprocessing = Preprocessing.torchvision
    preprocessing.fitting = .none
    let rgb = try Preprocessor(preprocessing, inputShape: [3, 1, 1]).input(photograph).tensor.scalars
    // (1 - .485) / .229, (0 - .456) / .224, (.2 - .406) / .225
    #expect(zip(rgb, [2.248908, -2.035714, -0.915556] as [Float]).allSatisfy { abs($0 - $1) < 1e-5 }, "\(rgb)")
    preprocessing = .caffe
    preprocessing.fitting = .none
    let bgr = try Preprocessor(preprocessing, inputShape: [3, 1, 1]).input(photograph).tensor.scalars
    #expect(zip(bgr, [51 - 103.939, -116.779, 255 - 123.68] as [Float]).allSatisfy { abs($0 - $1) < 1e-4 }, "\(bgr)")
  }

  @Test("The picture of an input is what the network saw", arguments: [Preprocessing.torchvision, .caffe])
  func inverse(preprocessing: Preprocessing) throws {
    let photograph = try Fixture.photograph("scene.png")
    var preprocessing = preprocessing
    preprocessing.fitting = .none
    let preprocessor = try Preprocessor(preprocessing, inputShape: [3, 61, 97])
    let input = try preprocessor.input(photograph)
    #expect(preprocessor.picture(input.tensor) == Picture(photograph))
  }

  @Test("The framing tells which rectangle of the photograph was seen")
  func framing() throws {
    let preprocessor = try Preprocessor(.torchvision, inputShape: [3, 224, 224])
    // 500 × 375 to 341 × 256; offsets (341 - 224) / 2 = 58.5, to the even number 58, and 16.
    let framing = try preprocessor.framing(Fixture.striped(500, 375))
    #expect(framing.resizedWidth == 341 && framing.resizedHeight == 256)
    #expect(framing.left == 58 && framing.top == 16)
    #expect(framing.seen.x == 58 * 500 / 341.0 && framing.seen.y == 16 * 375 / 256.0)
    #expect(framing.seen.width == 224 * 500 / 341.0 && framing.seen.height == 224 * 375 / 256.0)
  }

  @Test("A network that is not square sees the centre of a photograph that covers it")
  func notSquare() throws {
    let preprocessor = try Preprocessor(.torchvision, inputShape: [3, 112, 224])
    // The box is 256 × 128: a square photograph of 100 is resized to 256 × 256.
    let framing = try preprocessor.framing(Fixture.striped(100, 100))
    #expect(framing.resizedWidth == 256 && framing.resizedHeight == 256)
    #expect(framing.left == 16 && framing.top == 72)
    #expect(try preprocessor.input(Fixture.striped(100, 100)).tensor.shape == [3, 112, 224])
  }

  @Test("A margin that a centre crop has around it changes nothing of what the network reads")
  func margin() throws {
    let photograph = try Fixture.photograph("scene.png")
    // 97 × 61 to 109 × 69, of which 60 × 60 are cut at (24, 4): two pixels around are there.
    let plain = try Self.plain(size: 60).input(photograph)
    let found = try Self.plain(size: 60).input(photograph, margin: Extent(2))
    #expect(found.tensor.scalars == plain.tensor.scalars && found.framing == plain.framing)
    #expect(plain.surroundings == nil)
    // The same resize for a network of 64 pixels, cut at (22, 2).
    var preprocessing = try Self.plain(size: 64).preprocessing
    preprocessing.resize = 241
    let larger = try Preprocessor(preprocessing, inputShape: [3, 64, 64]).input(photograph)
    #expect((larger.framing.resizedWidth, larger.framing.left, larger.framing.top) == (109, 22, 2))
    #expect(found.surroundings?.shape == [3, 64, 64] && found.surroundings?.scalars == larger.tensor.scalars)
  }

  @Test("Where a margin is missing the photograph is resized larger, by as much as is missing")
  func largerResize() throws {
    let photograph = try Fixture.photograph("scene.png")
    // Ten pixels around 60 × 60: the box of 69 becomes 80.
    let found = try Self.plain(size: 60).input(photograph, margin: Extent(10))
    #expect(found.framing.resizedHeight == 80 && found.framing.top == 10 && found.framing.height == 60)
    var preprocessing = try Self.plain(size: 80).preprocessing
    preprocessing.resize = 224
    let larger = try Preprocessor(preprocessing, inputShape: [3, 80, 80]).input(photograph)
    #expect(found.surroundings?.scalars == larger.tensor.scalars)
    // The network reads the centre of it.
    let (inner, outer) = (found.tensor, larger.tensor)
    for c in 0..<3 {
      for (i, j) in [(0, 0), (0, 59), (31, 7), (59, 59)] {
        #expect(inner.scalars[(c * 60 + i) * 60 + j] == outer.scalars[(c * 80 + i + 10) * 80 + j + 10])
      }
    }
    // Stretched to 42 × 36 with 2 rows and 5 columns around 32 × 32.
    let stretched = try Self.plain(fitting: .stretch, size: 32).input(photograph, margin: Extent(2, 5))
    let whole = try Preprocessor(Self.plain(fitting: .stretch, size: 32).preprocessing, inputShape: [3, 36, 42])
      .input(photograph)
    #expect(stretched.surroundings?.scalars == whole.tensor.scalars && stretched.tensor.shape == [3, 32, 32])
    #expect(
      stretched.framing.seen
        == Framing.Rectangle(x: 5 * 97 / 42.0, y: 2 * 61 / 36.0, width: 32 * 97 / 42.0, height: 32 * 61 / 36.0))
  }

  @Test("What does not fit is refused with what to do")
  func errors() throws {
    let photograph = Fixture.striped(10, 5)
    let error = try #require(throws: PreprocessorError.self) {
      try Self.plain(fitting: .none, size: 8).input(photograph)
    }
    #expect(
      error.description == "expected an image of 8 × 8 pixels, found 10 × 5; "
        + "resize it, or choose the fitting centre-crop or stretch")
    let margin = #expect(throws: PreprocessorError.self) {
      try Self.plain(fitting: .none, size: 8).input(Fixture.striped(8, 8), margin: Extent(1))
    }
    #expect(margin?.description.contains("the fitting none leaves no pixels around") == true)
    #expect(throws: PreprocessorError.self) { try Preprocessor(.torchvision, inputShape: [1, 28, 28]) }
    #expect(throws: PreprocessorError.self) { try Preprocessor(.torchvision, inputShape: [784]) }
    var preprocessing = Preprocessing.torchvision
    preprocessing.resize = 200
    let tight = try Preprocessor(preprocessing, inputShape: [3, 224, 224])
    #expect(throws: PreprocessorError.self) { try tight.input(photograph) }
  }
}
