import Foundation
import Testing

@testable import Exporting

/// Where a part of a picture lies, by hand.
@Suite struct GeoPlaceTests {
  /// A picture of pixels of 10 × 20 m, its corner at 500 000 east, 4 000 000 north.
  private var whole: GeoPlace {
    GeoPlace(
      scale: [10, 20, 0], tiepoints: [0, 0, 0, 500_000, 4_000_000, 0], matrix: [],
      keys: [1, 1, 0, 2, 1024, 0, 1, 1, 1025, 0, 1, 1], doubles: [], text: nil)
  }

  /// What of the earth the corner of pixel (u, v) is, by tie point and scale (or matrix).
  private func corner(_ place: GeoPlace, _ u: Double, _ v: Double, countsCentres: Bool = false) -> [Double] {
    let half = countsCentres ? 0.5 : 0
    let (i, j) = (u - half, v - half)
    if place.matrix.count == 16 {
      let m = place.matrix
      return [m[0] * i + m[1] * j + m[3], m[4] * i + m[5] * j + m[7]]
    }
    let tie = place.tiepoints
    return [tie[3] + (i - tie[0]) * place.scale[0], tie[4] - (j - tie[1]) * place.scale[1]]
  }

  @Test("A part of a smaller copy lies where its pixels lie in the whole")
  func part() {
    // A quarter as wide and high; from pixel 3, 5 of that: 12, 20 of the whole.
    let part = whole.moved(factorX: 4, factorY: 4, x: 3, y: 5)
    #expect(part.scale == [40, 80, 0])
    #expect(corner(part, 0, 0) == [500_120, 3_999_600])
    #expect(corner(part, 2, 1) == [500_200, 3_999_520])
    #expect(corner(part, 2, 1) == corner(whole, 20, 24))
  }

  @Test("Where whole numbers are the centres of pixels, corners still meet")
  func centres() {
    var place = whole
    place.keys[11] = 2
    let part = place.moved(factorX: 4, factorY: 2, x: 3, y: 5)
    #expect(corner(part, 2, 1, countsCentres: true) == corner(place, 20, 12, countsCentres: true))
  }

  @Test("A matrix is moved as a tie point is", arguments: [false, true])
  func matrix(_ countsCentres: Bool) {
    var place = whole
    place.scale = []
    place.tiepoints = []
    // Turned and sheared.
    place.matrix = [8, 6, 0, 1000, 6, -8, 0, 2000, 0, 0, 0, 0, 0, 0, 0, 1]
    if countsCentres { place.keys[11] = 2 }
    let part = place.moved(factorX: 2, factorY: 4, x: 7, y: 1)
    for (u, v) in [(0.0, 0.0), (1.0, 0.0), (3.0, 2.0)] {
      let expected = corner(place, 2 * (u + 7), 4 * (v + 1), countsCentres: countsCentres)
      let found = corner(part, u, v, countsCentres: countsCentres)
      #expect(zip(found, expected).allSatisfy { abs($0 - $1) < 1e-9 }, "\(found), expected \(expected)")
    }
  }
}
