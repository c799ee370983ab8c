import Foundation
import Imaging
import Testing

/// What `ColorMap.colorBlindSafe` promises, for the usual eye and three others.
@Suite("Color maps for colour-blind readers")
struct ColorBlindTests {
  /// What is wrong with a map for one kind of reader; nothing where it is safe.
  private func problems(_ map: ColorMap, _ vision: ColorVision) -> [String] {
    let colors = map.table.map { vision.lab($0) }
    let lightness = colors.map(\.x)
    // One step of 8 bits rounds L* by up to 0.2; no map may turn by more.
    let rounding = 0.2
    guard map.isDiverging else {
      let isRising = zip(lightness, lightness.dropFirst()).allSatisfy { $1 > $0 - rounding }
      return (isRising ? [] : ["lightness turns"]) + (lightness[255] - lightness[0] > 60 ? [] : ["too flat"])
    }
    var found: [String] = []
    let steps = 0...127
    let (against, speaking) = (steps.map { colors[128 - $0] }, steps.map { colors[128 + $0] })
    for arm in [against, speaking] where !zip(arm, arm.dropFirst()).allSatisfy({ $1.x < $0.x + rounding }) {
      found.append("lightness turns")
    }
    for step in steps where step >= 32 {
      let difference = against[step] - speaking[step]
      let distance = (difference * difference).sum().squareRoot()
      if distance < 30 { found.append("at \(step) of 127 the signs are \(distance) apart") }
      if abs(difference.x) > 15 { found.append("at \(step) of 127 one sign is lighter by \(abs(difference.x))") }
    }
    return found
  }

  @Test("the simulation brings red and green together for two readers, blue and cyan for the third")
  func simulation() {
    let (red, green) = (Color(red: 200, green: 60, blue: 40), Color(red: 90, green: 115, blue: 40))
    func distance(_ a: Color, _ b: Color, _ vision: ColorVision) -> Double {
      let difference = vision.lab(a) - vision.lab(b)
      return (difference * difference).sum().squareRoot()
    }
    #expect(distance(red, green, .usual) > 60)
    #expect(distance(red, green, .deuteranopia) < 20)
    #expect(distance(red, green, .protanopia) < 35)
    let (blue, cyan) = (Color(red: 0, green: 120, blue: 255), Color(red: 0, green: 150, blue: 160))
    #expect(distance(blue, cyan, .tritanopia) < 0.4 * distance(blue, cyan, .usual))
    // L*a*b* of pure red by definition (D65): 53.24, 80.09, 67.20.
    let lab = ColorVision.usual.lab(Color(red: 255, green: 0, blue: 0))
    #expect(abs(lab.x - 53.24) < 0.02 && abs(lab.y - 80.09) < 0.02 && abs(lab.z - 67.20) < 0.02)
  }

  @Test("maps that are offered as safe are", arguments: ColorMap.colorBlindSafe)
  func safe(_ name: String) throws {
    let map = try ColorMap(name)
    for vision in ColorVision.allCases { #expect(problems(map, vision).isEmpty, "\(vision)") }
  }

  @Test("maps that are not, for a reason", arguments: ["coldnhot", "coolio", "seismic", "puor"])
  func unsafe(_ name: String) throws {
    let map = try ColorMap(name)
    #expect(!ColorMap.colorBlindSafe.contains(name))
    #expect(ColorVision.allCases.contains { !problems(map, $0).isEmpty })
  }

  @Test("a palette gives every share the map's own colour; a sequential one within its half of the entries")
  func palette() throws {
    #expect(try ColorMap("vik").palette == ColorMap("vik").table)
    let (palette, table) = (try ColorMap("viridis").palette, try ColorMap("viridis").table)
    #expect(palette.count == 256 && palette[0...128].allSatisfy { $0 == table[0] } && palette[255] == table[255])
    #expect(palette[191] == table[126])  // (191 − 128) / 127 · 255 = 126.496
  }
}
