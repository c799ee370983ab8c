/// A table of 256 colours, straight lines between a few control points.
///
/// A diverging map has its neutral colour at entry 128: relevance −b … 0 … b stands at entries 0 … 128 … 255, so that
/// zero is exactly neutral. A sequential map shows 0 … b at entries 0 … 255, and negative relevance like zero.
///
/// The control points are written as zennit writes them: colours `RRGGBB` or `RGB` from entry 0 to 255, at equal
/// distances unless the entry, two hexadecimal digits, stands before them. A map with a colour at entry 80 is
/// diverging: `00f,80:fff,f00`.
public struct ColorMap: Sendable, Hashable, CustomStringConvertible {
  public let name: String
  /// 256 colours.
  public let table: [Color]
  public let isDiverging: Bool

  /// The maps that have a name. All but the last six are zennit's, equal to its palettes in every entry.
  private static let controlPoints: [(name: String, points: String)] = [
    ("seismic", "0000d0,80:d0d0d0,d00000"),
    ("bwr", "00f,80:fff,f00"),
    ("coldnhot", "0ff,00f,80:000,f00,ff0,fff"),
    ("france", "0055a4,80:fff,ef4135"),
    ("coolio", "00d0d0,80:d0d0d0,d000d0"),
    ("coleus", "00d000,80:d0d0d0,d000d0"),
    ("hot", "000,f00,ff0,fff"),
    ("cold", "000,00f,0ff"),
    ("gray", "000,fff"),
    ("wred", "fff,f00"),
    ("wblue", "fff,00f"),
    // matplotlib's seismic · 0.85, with which the authors of the method draw; its middle exactly neutral.
    ("seed", "000041,0000d9,80:d9d9d9,d90000,6c0000"),
    // ColorBrewer's PuOr, reversed: purple to orange, for readers who do not tell red from green.
    ("puor", "2d004b,542788,8073ac,b2abd2,d8daeb,80:f7f7f7,fee0b6,fdb863,e08214,b35806,7f3b08"),
    // matplotlib's viridis at ten points: even steps of brightness, also in print and to the colour-blind.
    ("viridis", "440154,482878,3e4989,31688e,26828e,1f9e89,35b779,6ece58,b5de2b,fde725"),
    // Crameri's vik (Scientific colour maps 8, MIT licence) at thirteen points: blue to brown.
    ("vik", "001261,023376,06548b,307da6,71a8c4,b3d1df,80:ece5e0,e4bfaa,d39774,c37243,ab4814,7f1e06,590008"),
    // Both arms at L* 22, 40, 58 and 78 of CIELAB: relevance for and against of one strength is equally dark.
    ("blue-orange", "013469,0360a7,2f92d4,9dc6e8,80:f5f5f5,efb677,d07402,9b4601,5d2300"),
    // matplotlib's cividis at twelve points: nearly the same to readers of all kinds.
    ("cividis", "00224e,013271,2f426d,48526c,5e626e,727274,878478,9d9576,b5a86f,cdbb63,e6d051,fee838"),
  ]

  /// The names that `init(_:)` knows.
  public static var names: [String] { controlPoints.map(\.name) }

  /// Maps that readers with protanopia, deuteranopia or tritanopia read like all others: at every strength above a
  /// quarter the two signs are told apart, stronger is darker on either side (sequential: lighter), and equally dark on
  /// both. A test simulates the three (Machado et al. 2009).
  public static let colorBlindSafe = ["blue-orange", "vik", "cividis", "viridis", "gray"]

  public static let seed = named("seed")
  public static let seismic = named("seismic")

  private static func named(_ name: String) -> ColorMap {
    try! ColorMap(name)  // of this file's table; the tests read every row of it
  }

  /// A map by its name or its control points.
  /// - Throws: `ColorMapError` listing the names, or what is wrong with the points.
  public init(_ nameOrPoints: String) throws {
    let points = Self.controlPoints.first { $0.name == nameOrPoints }?.points ?? nameOrPoints
    guard points.contains(",") else {
      throw ColorMapError(
        "no color map '\(nameOrPoints)'; choose one of \(Self.names.joined(separator: ", ")), "
          + "or give control points such as 00f,80:fff,f00")
    }
    name = nameOrPoints
    let nodes = try Self.nodes(points)
    isDiverging = nodes.contains { $0.entry == 128 }
    table = (0..<256).map { entry in
      let next = nodes.firstIndex { $0.entry >= entry }!
      guard nodes[next].entry > entry else { return nodes[next].color }
      let (low, high) = (nodes[next - 1], nodes[next])
      let weight = Double(entry - low.entry) / Double(high.entry - low.entry)
      func between(_ a: UInt8, _ b: UInt8) -> UInt8 {
        // Down to a whole level, as zennit rounds; the small term undoes the rounding of the division.
        UInt8(Double(a) * (1 - weight) + Double(b) * weight + 1e-9)
      }
      return Color(
        red: between(low.color.red, high.color.red), green: between(low.color.green, high.color.green),
        blue: between(low.color.blue, high.color.blue))
    }
  }

  public var description: String { name }

  /// The colour of a share of the bound, -1 … 1.
  func color(_ share: Double) -> Color { table[entry(share)] }

  /// Where in the table that colour stands.
  package func entry(_ share: Double) -> Int {
    isDiverging ? Self.divergingEntry(share) : Int((255 * max(share, 0)).rounded())
  }

  /// Where a share of the bound, -1 … 1, stands among 256 entries: -1 at 0, zero at 128, 1 at 255.
  static func divergingEntry(_ share: Double) -> Int { 128 + Int(((share < 0 ? 128 : 127) * share).rounded()) }

  /// The colours of the shares at `divergingEntry`, whatever the map: one drawing of entries can change its map by its
  /// palette. A sequential map has 128 steps here.
  public var palette: [Color] {
    isDiverging ? table : (0..<256).map { table[Int((255 * Double(max($0 - 128, 0)) / 127).rounded())] }
  }

  /// Control points with their entries, 0 first and 255 last.
  private static func nodes(_ points: String) throws -> [(entry: Int, color: Color)] {
    var nodes = try points.split(separator: ",", omittingEmptySubsequences: false).map { point in
      let parts = point.split(separator: ":", omittingEmptySubsequences: false)
      let entry = parts.count == 2 && parts[0].allSatisfy(\.isHexDigit) ? Int(parts[0], radix: 16) : nil
      guard parts.count == 1 || (parts.count == 2 && parts[0].count == 2 && entry != nil),
        let color = color(parts.last!)
      else { throw ColorMapError("'\(point)' is no control point; expected RRGGBB, RGB or EE:RRGGBB (hexadecimal)") }
      return (entry: entry, color: color)
    }
    if nodes[0].entry == nil { nodes[0].entry = 0 }
    if nodes.last!.entry == nil { nodes[nodes.count - 1].entry = 255 }
    var placed: [(entry: Int, color: Color)] = nodes[0].entry! > 0 ? [(0, nodes[0].color)] : []
    var waiting: [Color] = []
    for node in nodes {
      guard let entry = node.entry else {
        waiting.append(node.color)
        continue
      }
      let previous = placed.last?.entry ?? -1
      guard entry > previous else { throw ColorMapError("'\(points)': the entries must ascend") }
      for (index, color) in waiting.enumerated() {
        let share = Double(index + 1) / Double(waiting.count + 1)
        placed.append((Int(Double(previous) * (1 - share) + Double(entry) * share), color))
      }
      waiting = []
      placed.append((entry, node.color))
    }
    if placed.last!.entry < 255 { placed.append((255, placed.last!.color)) }
    return placed
  }

  private static func color(_ digits: Substring) -> Color? {
    let long = digits.count == 3 ? digits.map { "\($0)\($0)" }.joined() : String(digits)
    guard long.count == 6, long.allSatisfy(\.isHexDigit), let value = Int(long, radix: 16) else { return nil }
    return Color(red: UInt8(value >> 16), green: UInt8(value >> 8 & 255), blue: UInt8(value & 255))
  }
}

/// Text that is no color map.
public struct ColorMapError: Error, Equatable, CustomStringConvertible {
  public let description: String
  init(_ description: String) { self.description = description }
}
