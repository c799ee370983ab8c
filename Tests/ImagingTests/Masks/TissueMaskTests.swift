import Foundation
import RelevancePropagation
import Testing

@testable import Imaging

@Suite("Tissue")
struct TissueMaskTests {
  /// A slide: pale ground with noise, a pink disc of radius 150 round (300, 250) with a large hole of radius 60 and a
  /// small one of radius 5, and a speck of dust.
  static let slide = DrawnImage(width: 800, height: 600) { x, y, c in
    func isIn(_ cx: Int, _ cy: Int, _ radius: Int) -> Bool {
      (x - cx) * (x - cx) + (y - cy) * (y - cy) < radius * radius
    }
    let noise = (x &* 7919 ^ y &* 104_729) % 7
    let isTissue = isIn(300, 250, 150) && !isIn(300, 250, 60) && !isIn(220, 180, 5) || isIn(700, 500, 4)
    return (isTissue ? [200, 90, 160] : [240, 238, 242])[c] + noise - (c == 1 ? 3 : 0)
  }

  @Test("The tissue is found, small holes are filled, large ones and the ground are not, dust is dropped")
  func found() throws {
    let folder = try TemporaryFolder()
    let path = try Self.slide.write("a.tif[tile,pyramid]", in: folder)
    let reader = try RegionReader(path: path, level: 1)
    let (mask, finding) = try WorkMask.tissue(path: path, for: reader)
    #expect(mask.width == 400 && mask.height == 300)
    #expect(finding.width == 800 && finding.height == 600)
    // Areas of discs: π (150² − 60²) of 800 · 600.
    let expected = Double.pi * (150 * 150 - 60 * 60) / (800 * 600)
    #expect(abs(finding.areaShare - expected) < 0.003, "\(finding)")
    #expect(finding.areaShare == mask.areaShare)
    #expect(finding.threshold > 20 && finding.threshold < 120 && finding.separation > 0.95, "\(finding)")
    // In pixels of level 1.
    #expect(mask.share(x: 100, y: 80, width: 20, height: 20) == 1)
    #expect(mask.share(x: 140, y: 115, width: 20, height: 20) == 0)
    #expect(mask.share(x: 330, y: 230, width: 40, height: 40) == 0)
    #expect(finding.description.hasPrefix("tissue: 12.2 % of the image, saturation above \(finding.threshold) of 255"))
  }

  @Test("An image without colour is refused", arguments: [0, 200])
  func colourless(level: Int) throws {
    let folder = try TemporaryFolder()
    let path = try DrawnImage(width: 50, height: 40) { _, _, _ in level }.write("a.png", in: folder)
    let error = #expect(throws: ImageError.self) {
      try WorkMask.tissue(path: path, for: RegionReader(path: path))
    }
    #expect(error?.found == "all of its thumbnail has the same saturation, so no tissue stands out")
  }

  @Test("Otsu's threshold maximises the variance between classes, computed by its definition")
  func otsu() throws {
    var random = SplitMix64(seed: 4)
    for _ in 0..<20 {
      var histogram = [Int](repeating: 0, count: 256)
      for _ in 0..<3 {
        let centre = Int(random.next() % 200) + 20
        for _ in 0..<200 { histogram[centre + Int(random.next() % 36) - 18] += 1 }
      }
      let levels = histogram.indices.flatMap { [Double](repeating: Double($0), count: histogram[$0]) }
      func mean(_ part: [Double]) -> Double { part.reduce(0, +) / Double(part.count) }
      let between = (0..<256).map { threshold in
        let (low, high) = (levels.filter { $0 <= Double(threshold) }, levels.filter { $0 > Double(threshold) })
        guard !low.isEmpty, !high.isEmpty else { return 0.0 }
        let shares = Double(low.count) * Double(high.count) / Double(levels.count * levels.count)
        return shares * (mean(low) - mean(high)) * (mean(low) - mean(high))
      }
      let found = try #require(OtsuThreshold(histogram))
      // In the middle of the levels that do equally well.
      let best = between.indices.filter { between[$0] > between.max()! * (1 - 1e-9) }
      #expect(best.first! <= found.threshold && found.threshold <= best.last!)
      #expect(abs(2 * found.threshold - best.first! - best.last!) <= 1)
      let centre = mean(levels)
      let variance = mean(levels.map { ($0 - centre) * ($0 - centre) })
      #expect(abs(found.separation - between.max()! / variance) < 1e-9)
    }
    #expect(OtsuThreshold([0, 5, 0]) == nil)
    #expect(OtsuThreshold([0, 0]) == nil)
  }

  @Test("Patches below a size change, neighbours by corners are apart")
  func patches() {
    func changed(_ rows: [String], _ kind: Bool, below size: Int) -> [String] {
      var pixels = rows.joined().map { $0 == "#" }
      Patches.change(&pixels, width: rows[0].count, from: kind, below: size)
      return stride(from: 0, to: pixels.count, by: rows[0].count).map { row in
        String(pixels[row..<row + rows[0].count].map { $0 ? "#" : "." })
      }
    }
    let rows = [
      "##..#",
      "#..#.",
      "...##",
    ]
    #expect(changed(rows, true, below: 2) == ["##...", "#..#.", "...##"])
    #expect(changed(rows, true, below: 4) == [".....", ".....", "....."])
    #expect(changed(rows, false, below: 3) == ["##..#", "#..##", "...##"])
  }
}
