import Foundation
import RelevancePropagation
import Testing

@testable import relprop_bench

/// What the translation benchmark calls noise.
@Suite struct PixelMapTests {
  /// A bump and a ramp, no symmetry.
  private func map(_ width: Int, _ height: Int, from origin: (Int, Int) = (0, 0)) -> PixelMap {
    PixelMap(
      width: width, height: height,
      values: (0..<width * height).map { pixel in
        let (i, j) = (Double(pixel / width - origin.0), Double(pixel % width - origin.1))
        return sin(i * 0.7) * cos(j * 1.3) + 0.1 * i - 0.05 * j
      })
  }

  @Test("a map's pixels are sums over channels")
  func channels() {
    let map = PixelMap(Tensor(shape: [2, 1, 3], scalars: [1, 2, 3, 10, -2, 0.5]))
    #expect(map.values == [11, 0, 3.5] && map.width == 3 && map.height == 1)
  }

  @Test("a blur keeps what is constant, and the sum of a spot far from the edges")
  func blur() {
    let flat = PixelMap(width: 5, height: 4, values: Array(repeating: 3, count: 20)).blurred(sigma: 1.5)
    #expect(flat.values.allSatisfy { abs($0 - 3) < 1e-12 })
    var values = [Double](repeating: 0, count: 21 * 21)
    values[10 * 21 + 10] = 1
    let spot = PixelMap(width: 21, height: 21, values: values).blurred(sigma: 1)
    #expect(abs(spot.values.reduce(0, +) - 1) < 1e-12)
    // exp(−d²/2) over its sum along both axes: 2.50663 of −4 … 4.
    let total = (-4...4).reduce(0.0) { $0 + exp(-Double($1 * $1) / 2) }
    #expect(abs(spot.values[10 * 21 + 11] - exp(-0.5) / (total * total)) < 1e-12)
    #expect(abs(spot.values[9 * 21 + 11] - exp(-1) / (total * total)) < 1e-12)
  }

  @Test("roughness is 0 for what is even, near 1 for a checkerboard, and does not know the scale")
  func roughness() {
    #expect(PixelMap(width: 8, height: 8, values: Array(repeating: -2, count: 64)).roughness(sigma: 1) < 1e-12)
    #expect(PixelMap(width: 8, height: 8, values: Array(repeating: 0, count: 64)).roughness(sigma: 1) == 0)
    let board = PixelMap(width: 8, height: 8, values: (0..<64).map { ($0 / 8 + $0 % 8) % 2 == 0 ? 1 : -1 })
    #expect((0.95...1.05).contains(board.roughness(sigma: 1)))
    let (one, other) = (map(9, 7), map(9, 7).values.map { -30 * $0 })
    let scaled = PixelMap(width: 9, height: 7, values: other)
    #expect(abs(one.roughness(sigma: 1) - scaled.roughness(sigma: 1)) < 1e-12)
  }

  @Test("a map that moves with its image is stable; one that stays is not", arguments: [Shift(0, 1), Shift(2, -3)])
  func instability(_ shift: Shift) {
    let plain = map(12, 9)
    #expect(plain.instability(map(12, 9, from: (shift.dy, shift.dx)), by: shift) < 1e-12)
    #expect(plain.instability(plain, by: shift) > 0.3)
    // By hand: (1, −2, 4) and (9, 2, −2) moved right by one: |1 − 2| + |−2 − −2| of 1 + 2.
    let a = PixelMap(width: 3, height: 1, values: [1, -2, 4])
    #expect(a.instability(PixelMap(width: 3, height: 1, values: [9, 2, -2]), by: Shift(0, 1)) == 1.0 / 3)
  }
}
