import Foundation

/// Finds tiles and strips in a TIFF file's bytes, to damage them: little-endian, classic or BigTIFF.
struct TIFFBytes {
  private(set) var bytes: [UInt8]

  init(path: String) throws { bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path))) }

  private var isBig: Bool { bytes[2] == 43 }

  private func number(_ offset: Int, _ count: Int) -> Int {
    bytes[offset..<offset + count].reversed().reduce(0) { $0 << 8 | Int($1) }
  }

  /// The values of a tag of the first directory.
  private func values(_ tag: Int) -> [Int] {
    let word = isBig ? 8 : 4
    let directory = isBig ? number(8, 8) : number(4, 4)
    let count = isBig ? number(directory, 8) : number(directory, 2)
    for index in 0..<count {
      let entry = directory + (isBig ? 8 : 2) + index * (isBig ? 20 : 12)
      guard number(entry, 2) == tag else { continue }
      let size = [3: 2, 4: 4, 16: 8][number(entry + 2, 2)]!
      let values = number(entry + 4, word)
      let start = values * size > word ? number(entry + 4 + word, word) : entry + 4 + word
      return (0..<values).map { number(start + $0 * size, size) }
    }
    return []
  }

  /// Where the tiles (or strips) of the first picture lie.
  var tiles: [Range<Int>] {
    let offsets = values(324).isEmpty ? values(273) : values(324)
    let counts = values(325).isEmpty ? values(279) : values(325)
    return zip(offsets, counts).map { $0..<$0 + $1 }
  }

  /// Overwrites a tile with numbers that are no code of anything.
  mutating func destroy(tile: Int) {
    var state: UInt32 = 12345
    for i in tiles[tile] {
      state = state &* 1_664_525 &+ 1_013_904_223
      bytes[i] = UInt8(state >> 24)
    }
  }
}
