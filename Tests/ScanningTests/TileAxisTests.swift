import RelevancePropagation
import Testing

@testable import Scanning

/// Tiles along an axis, whatever the receptive field, the stride and the image.
@Suite struct TileAxisTests {
  @Test(
    "tiles own every position once, see all that their positions see, lie on the stride, and end with the image or before"
  )
  func properties() {
    for jump in [1, 2, 4, 5] {
      for (first, length) in [(0, 1), (-3, 9), (-7, 30), (-20, 41)] {
        let field = ReceptiveField(jump: jump, first: first, length: length)
        for extent in [1, 7, 20, 41, 64, 83] {
          for positions in Set([1, extent / jump, max((extent - 3) / jump, 1)]) where positions > 0 {
            for tile in [1, 2, 3, 7, 100] {
              check(TileAxis(extent: extent, positionCount: positions, tile: tile, field: field), field)
            }
          }
        }
      }
    }
  }

  private func check(_ axis: TileAxis, _ field: ReceptiveField) {
    let what = "extent \(axis.extent), \(axis.positionCount) positions, tiles of \(axis.tile), \(field)"
    var owned: [Int] = []
    var lengths: Set<Int> = []
    for index in 0..<axis.count {
      let (span, positions) = (axis.span(index), axis.positions(of: index))
      owned += positions
      lengths.insert(span.count)
      #expect(span.lowerBound % field.jump == 0 && span.lowerBound >= 0 && span.upperBound <= axis.extent, "\(what)")
      #expect(axis.firstPosition(of: index) * field.jump == span.lowerBound)
      for position in positions {
        let pixels = field.pixels(of: position)
        #expect(
          span.lowerBound <= max(pixels.lowerBound, 0) && span.upperBound >= min(pixels.upperBound, axis.extent),
          "\(what)")
        // Padding enters at the image's own border only.
        if pixels.upperBound > axis.extent { #expect(span.upperBound == axis.extent, "\(what)") }
        if pixels.lowerBound < 0 { #expect(span.lowerBound == 0, "\(what)") }
        #expect(axis.pixels(of: position) == pixels.clamped(to: 0..<axis.extent))
      }
      if index > 0 {
        let before = axis.span(index - 1)
        #expect(before.lowerBound <= span.lowerBound && before.upperBound <= span.upperBound, "\(what)")
      }
    }
    #expect(owned == Array(0..<axis.positionCount), "\(what)")
    // A network is made for each length.
    #expect(lengths.count <= 2, "\(what): \(lengths)")
  }

  @Test("the fields of VGG-like layers are those counted by hand; branches of other distances do not join")
  func fields() {
    let convolution = Convolution(
      weight: Tensor(repeating: 0, shape: [1, 1, 3, 5]), bias: nil, padding: Padding(1, 2))
    let pool = MaxPooling(window: PoolingWindow(kernel: Extent(2)))
    var fields = ReceptiveFields()
    for layer in [convolution, pool, convolution, ReLU(), pool] as [any Layer] {
      fields = ReceptiveFields.behind(layer, [fields])!
    }
    // Rows: 3 taps, then 2, then 3 taps of 2 pixels, then 2 of 2: 1+2+1+4+2 = 10, from −1−2 on.
    #expect(fields.rows == ReceptiveField(jump: 4, first: -3, length: 10))
    #expect(fields.columns == ReceptiveField(jump: 4, first: -6, length: 1 + 4 + 1 + 8 + 2))
    #expect(ReceptiveFields.behind(Addition(), [fields, ReceptiveFields()]) == nil)
  }
}
