import RelevancePropagation
import Testing

@testable import Scanning

/// Which part of a map each shard makes.
@Suite struct ShardPlanTests {
  @Test("every pixel is in exactly one shard, in rectangles of whole chunks, whatever the number of shards")
  func partition() {
    for (height, width) in [(1, 1), (9, 31), (40, 17), (64, 64), (33, 90)] {
      for shards in 1...30 {
        let plan = ShardPlan(extent: Extent(height, width), chunk: 8, shards: shards)
        var owners = [Int](repeating: 0, count: height * width)
        var chunks: [Int] = []
        for rectangle in (0..<shards).compactMap(plan.rectangle) {
          #expect(!rectangle.isEmpty && rectangle.x % 8 == 0 && rectangle.y % 8 == 0)
          #expect(rectangle.rows.upperBound % 8 == 0 || rectangle.rows.upperBound == height)
          #expect(rectangle.columns.upperBound % 8 == 0 || rectangle.columns.upperBound == width)
          for y in rectangle.rows { for x in rectangle.columns { owners[y * width + x] += 1 } }
          chunks.append((rectangle.height + 7) / 8 * ((rectangle.width + 7) / 8))
        }
        #expect(owners.allSatisfy { $0 == 1 }, "\(height) × \(width), \(shards) shards")
        // None idles while another has more than it must; beyond the chunks shards are empty.
        #expect(chunks.count == min(shards, plan.chunkRows * plan.chunkColumns) || shards % plan.chunkRows != 0)
        if shards <= plan.chunkRows { #expect(chunks.count == shards) }
        if shards == 1 { #expect(plan.rectangle(of: 0) == PixelRectangle(x: 0, y: 0, width: width, height: height)) }
      }
    }
  }

  @Test("rows first: as many bands as shards; then rows are divided in columns; then shards are empty")
  func order() {
    let map = Extent(16, 40)  // 2 × 5 chunks of 8
    func rectangles(_ shards: Int) -> [PixelRectangle?] {
      let plan = ShardPlan(extent: map, chunk: 8, shards: shards)
      return (0..<shards).map(plan.rectangle)
    }
    #expect(
      rectangles(2) == [
        PixelRectangle(x: 0, y: 0, width: 40, height: 8), PixelRectangle(x: 0, y: 8, width: 40, height: 8),
      ])
    #expect(
      rectangles(3) == [
        PixelRectangle(x: 0, y: 0, width: 16, height: 8), PixelRectangle(x: 16, y: 0, width: 24, height: 8),
        PixelRectangle(x: 0, y: 8, width: 40, height: 8),
      ])
    #expect(rectangles(14).count { $0 == nil } == 4 && rectangles(14).compactMap { $0 }.allSatisfy { $0.width == 8 })
  }

  @Test("bands are no wider than asked and make up the rectangle")
  func bands() {
    let rectangle = PixelRectangle(x: 16, y: 8, width: 45, height: 20)  // 6 chunks of 8
    for widest in 1...7 {
      let bands = ShardPlan.bands(of: rectangle, chunk: 8, widest: widest)
      #expect(bands.allSatisfy { $0.width <= 8 * widest && $0.rows == rectangle.rows && $0.x % 8 == 0 })
      #expect(bands.count == (6 + widest - 1) / widest)
      #expect(bands.flatMap { Array($0.columns) } == Array(rectangle.columns))
    }
  }
}
