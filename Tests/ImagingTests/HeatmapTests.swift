import Imaging
import RelevancePropagation
import Testing

@Suite("Heatmap")
struct HeatmapTests {
  static let neutral = Color(red: 0xd9, green: 0xd9, blue: 0xd9)
  /// 2 × 2 pixels: 1 - 3 = -2, 0, 0, 4 + 4 = 8 (of channels 1 0 / 0 4 and -3 0 / 0 4).
  static let heatmap = try! Heatmap(Tensor(shape: [2, 2, 2], scalars: [1, 0, 0, 4, -3, 0, 0, 4]))

  @Test("Relevance is summed over the channels")
  func sum() throws {
    #expect(Self.heatmap.values == [-2, 0, 0, 8])
    #expect(Self.heatmap[1, 1] == 8 && Self.heatmap[0, 1] == 0)
    #expect(Self.heatmap.sum == 6)
    let flat = try Heatmap(Tensor(shape: [1, 3], scalars: [1, 2, 3]))
    #expect(flat.width == 3 && flat.height == 1 && flat.values == [1, 2, 3])
  }

  @Test(
    "Bounds by hand",
    arguments: [
      // 10 · ∛((8 + 512) / 4) = 10 · ∛130
      (Normalization.seed, 50.657970),
      (.maximum, 8),
      // |R| sorted: 0 0 2 8; the place 0.75 · 3 = 2.25 is 2 + 0.25 · 6
      (.percentile(75), 3.5), (.percentile(100), 8), (.percentile(0), 0),
      (.fixed(0.5), 0.5),
    ])
  func bounds(normalization: Normalization, expected: Double) {
    #expect(abs(Self.heatmap.bound(normalization) - expected) < 1e-5)
  }

  @Test("Red is for, blue against, zero neutral")
  func colours() {
    let picture = Self.heatmap.picture(.seed, bound: 8)
    #expect(picture[1, 1] == ColorMap.seed.table[255])
    // -2 / 8 of 128 entries below the middle
    #expect(picture[0, 0] == ColorMap.seed.table[96])
    #expect(picture[1, 0] == Self.neutral && picture[0, 1] == Self.neutral)
    #expect(picture[1, 1].red > picture[1, 1].blue && picture[0, 0].blue > picture[0, 0].red)
  }

  @Test("What exceeds the bound has the colour of the bound")
  func clipped() {
    let picture = Self.heatmap.picture(.seed, bound: 0.001)
    #expect(picture[1, 1] == ColorMap.seed.table[255] && picture[0, 0] == ColorMap.seed.table[0])
    #expect(Self.heatmap.picture(.seed, bound: 0) == picture)
  }

  @Test("A map of zeros is neutral", arguments: [Normalization.seed, .maximum, .percentile(99), .fixed(1)])
  func zeros(normalization: Normalization) throws {
    let zeros = try Heatmap(Tensor(repeating: 0, shape: [3, 4, 4]))
    let bound = zeros.bound(normalization)
    #expect(zeros.picture(.seed, bound: bound) == Picture(width: 4, height: 4, fill: Self.neutral))
    let grey = Picture(width: 4, height: 4, fill: Color(red: 9, green: 9, blue: 9))
    // 96 + 0.6 · 9 = 101.4
    let pale = Picture(width: 4, height: 4, fill: Color(red: 101, green: 101, blue: 101))
    #expect(zeros.overlay(on: grey, .seed, bound: bound) == pale)
  }

  @Test("NaN and infinity are errors that say where", arguments: [Float.nan, .infinity])
  func notFinite(value: Float) throws {
    var scalars = [Float](repeating: 1, count: 2 * 3 * 4)
    scalars[12 + 4 * 2 + 1] = value
    let error = try #require(throws: HeatmapError.self) { try Heatmap(Tensor(shape: [2, 3, 4], scalars: scalars)) }
    #expect(error.description == "relevance is \(value) at channel 1, row 2, column 1")
  }

  @Test("Sequential maps show positive relevance, negative like zero")
  func sequential() throws {
    let picture = Self.heatmap.picture(try ColorMap("wred"), bound: 8)
    #expect(picture[1, 1] == Color(red: 255, green: 0, blue: 0))
    #expect(picture[0, 0] == .white && picture[0, 1] == .white)
  }

  @Test("An overlay colours by strength, and darkens what was not seen")
  func overlay() {
    // 6 × 4 pixels of red, of which the network saw the 4 × 4 in the middle.
    let base = Picture(width: 6, height: 4, fill: Color(red: 200, green: 0, blue: 0))
    let seen = Framing.Rectangle(x: 1, y: 0, width: 4, height: 4)
    let picture = Self.heatmap.overlay(on: base, seen: seen, .seed, bound: 8, opacity: 1)
    // 96 + 0.6 · 0.299 · 200 = 131.9
    let grey = Color(red: 132, green: 132, blue: 132)
    let dark = Color(red: 66, green: 66, blue: 66)
    #expect((0..<4).allSatisfy { picture[0, $0] == dark && picture[5, $0] == dark })
    #expect(picture[3, 0] == grey && picture[4, 1] == grey && picture[1, 2] == grey)
    #expect([(3, 2), (4, 2), (3, 3), (4, 3)].allSatisfy { picture[$0.0, $0.1] == ColorMap.seed.table[255] })
    // -2 / 8: weight √¼, between 132 and the entry 96, halfway from (0, 0, 217) to the middle
    #expect(ColorMap.seed.table[96] == Color(red: 108, green: 108, blue: 217))
    #expect(picture[1, 0] == Color(red: 120, green: 120, blue: 175))
  }

  @Test(
    "Normalizations are read from text, and written as they are read",
    arguments: [
      ("seed", Normalization.seed), ("max", .maximum), ("percentile:99.5", .percentile(99.5)), ("0.01", .fixed(0.01)),
    ])
  func parsing(text: String, normalization: Normalization) throws {
    #expect(try Normalization(parsing: text) == normalization)
    #expect(normalization.description == text)
  }

  @Test(
    "Other text is refused",
    arguments: [
      "", "Seed", "percentile", "percentile:", "percentile:101", "percentile:nan", "0", "-1", "inf", "nan", "seed:1",
    ])
  func parsingErrors(text: String) {
    #expect(throws: NormalizationError.self) { try Normalization(parsing: text) }
  }
}
